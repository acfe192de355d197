package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a response ends: as the origin meant it, or so that the client sees that it was cut. */
@Timeout(60)
class ResponseEndTest {
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
  private static final String LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
  private static final String UNTIL_CLOSE = "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello";

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static String request(TcpOrigin origin, String version) {
    return "GET http://" + origin.authority() + "/ HTTP/" + version + "\r\nHost: x\r\n\r\n";
  }

  /** Answers once, and then ends or resets the connection. */
  private static TcpOrigin ending(String answer, boolean reset) throws IOException {
    return TcpOrigin.start(
        connection -> {
          connection.getInputStream().read(new byte[4096]);
          connection.getOutputStream().write(answer.getBytes(ISO_8859_1));
          if (reset) {
            connection.setOption(StandardSocketOptions.SO_LINGER, 0);
          }
        });
  }

  @ParameterizedTest(name = "F19: {0} {1} has no content, and the next response is in sync")
  @CsvSource({"HEAD,200 OK", "GET,204 No Content", "GET,304 Not Modified", "HEAD,304 Not Modified"})
  void responsesWithoutContentStayInSync(String method, String status) throws IOException {
    String bare = "HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\n";
    try (HttpOrigin origin =
            HttpOrigin.answering(
                asked -> asked.line().contains("/bare") ? bare : HttpOrigin.HELLO);
        RawClient client = proxy.client()) {
      client.send(
          origin.request(method, "/bare", "")
              + origin.request("GET", "/", "Connection: close\r\n"));

      ResponseHead first = client.head();
      assertThat(first.text()).startsWith("HTTP/1.1 " + status);
      assertThat(first.field("Content-Length")).isEqualTo(status.startsWith("204") ? "" : "5");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).isEqualTo("hello");
      assertThat(origin.accepted()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("F19: a refusal of HEAD has no content")
  void aRefusalOfHeadHasNoContent() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RawClient client = proxy.client()) {
      client.send(
          "HEAD http://nowhere.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n"
              + origin.request("GET", "/", "Connection: close\r\n"));

      ResponseHead refusal = client.head();
      assertThat(refusal.status()).isEqualTo(502);
      assertThat(refusal.field("Content-Length")).isNotEqualTo("0");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).isEqualTo("hello");
    }
  }

  @ParameterizedTest(name = "F22: a client of HTTP/1.0 with \"{0}\" gets no chunks and an end")
  @ValueSource(strings = {"", "Connection: keep-alive\r\n", "Proxy-Connection: keep-alive\r\n"})
  void oldClientsGetNoChunks(String lines) throws IOException {
    try (HttpOrigin origin =
            HttpOrigin.answering(asked -> CHUNKED + "6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n");
        RawClient client = proxy.client()) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n" + lines + "\r\n");

      assertThat(client.rest())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .doesNotContainIgnoringCase("transfer-encoding", "x-trailer", "keep-alive")
          .endsWith("\r\n\r\nhello world");
    }
  }

  @Test
  void chunksAndTrailersArePassedOn() throws IOException {
    try (HttpOrigin origin =
            HttpOrigin.answering(
                asked -> CHUNKED + "0;x=y\r\nX-Sum: 7\r\nContent-Length: 3\r\nVia: x\r\n\r\n");
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", "Connection: close\r\n"));

      assertThat(client.head().field("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(client.rest()).isEqualTo("5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n");
    }
  }

  @Test
  @DisplayName("F22: content that ends with the connection comes in chunks, which goes on")
  void contentUntilTheEndComesInChunks() throws IOException {
    try (TcpOrigin origin = ending(UNTIL_CLOSE, false);
        RawClient client = proxy.client()) {
      for (int i = 0; i < 2; i++) {
        client.send(request(origin, "1.1"));

        ResponseHead answer = client.head();
        assertThat(answer.field("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.field("Connection")).isEmpty();
        assertThat(client.read(15)).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
      }
    }
  }

  @ParameterizedTest(name = "F23: {0} that the origin cuts by a reset: {1} is cut for HTTP/{2}")
  @CsvSource({
    "chunks,true,1.1",
    "chunks,false,1.1",
    "chunks,true,1.0",
    "chunks,false,1.0",
    "length,true,1.1",
    "length,false,1.1",
    "length,true,1.0",
    "close,true,1.1",
    "close,true,1.0"
  })
  void aCutResponseIsCut(String framing, boolean reset, String version) throws IOException {
    String answer =
        switch (framing) {
          case "chunks" -> CHUNKED;
          case "length" -> LENGTH;
          default -> UNTIL_CLOSE;
        };
    try (TcpOrigin origin = ending(answer, reset);
        RawClient client = proxy.client()) {
      client.send(request(origin, version));

      ExpectedCut.assertCut(client);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(
                        proxy.metric(
                            "detour_request_errors_total", "error=\"http_response_incomplete\""))
                    .isEqualTo(1));
  }

  @ParameterizedTest(name = "D12: an origin that says \"{0}\" and ends is answered 502")
  @ValueSource(strings = {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Le"})
  void anOriginThatEndsBeforeItsResponseIsAnError(String before) throws IOException {
    for (boolean reset : new boolean[] {false, true}) {
      try (TcpOrigin origin = ending(before, reset);
          RawClient client = proxy.client()) {
        client.send(request(origin, "1.1"));

        ResponseHead answer = client.head();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("Proxy-Status")).contains("error=connection_terminated");
      }
    }
  }

  @Test
  @DisplayName("F23: a response that is under way when the server stops is cut")
  void aResponseIsCutWhenTheServerStops() throws Exception {
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[4096]);
                  connection.getOutputStream().write(UNTIL_CLOSE.getBytes(ISO_8859_1));
                  connection.getInputStream().readAllBytes();
                });
        RawClient client = proxy.client();
        RawClient idle = proxy.client()) {
      client.send(request(origin, "1.0"));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");

      assertThat(proxy.drain(Duration.ofMillis(100))).isOne();

      ExpectedCut.assertCut(client);
      assertThat(idle.rest()).isEmpty();
    }
  }
}
