package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that come before the response. */
@Timeout(60)
class InterimResponseTest {
  private static final String HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

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

  private static HttpOrigin saying(String before) throws IOException {
    return HttpOrigin.answering(request -> before + HttpOrigin.HELLO);
  }

  @Test
  @DisplayName("F18: interim responses go to a client of HTTP/1.1, one after another")
  void interimResponsesArePassedOn() throws IOException {
    try (HttpOrigin origin =
            saying("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + HINTS);
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));

      assertThat(client.head().status()).as("unasked").isEqualTo(100);
      assertThat(client.head().status()).isEqualTo(102);
      ResponseHead hints = client.head();
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.field("Link")).isEqualTo("</a>");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
    }
  }

  @Test
  @DisplayName("F18: a client of HTTP/1.0 gets none of them")
  void oldClientsGetTheResponseAlone() throws IOException {
    try (HttpOrigin origin = saying(HINTS);
        RawClient client = proxy.client()) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n");

      assertThat(client.rest()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("hello");
    }
  }

  @Test
  @DisplayName("F18: an interim response without a request for one says nothing of content")
  void interimResponsesHaveNoContent() throws IOException {
    try (HttpOrigin origin =
            saying("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));

      assertThat(client.head().text()).doesNotContainIgnoringCase("content-length", "close");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
    }
  }

  @ParameterizedTest(name = "F18: {0} that nobody asked for is 502")
  @ValueSource(strings = {"", "Connection: upgrade\r\nUpgrade: websocket\r\n"})
  void switchingProtocolsIsRefused(String lines) throws IOException {
    try (HttpOrigin origin = saying("HTTP/1.1 101 Switching Protocols\r\n" + lines + "\r\n");
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", lines));

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.field("Proxy-Status")).contains("error=http_protocol_error");
    }
  }

  @Test
  @DisplayName("F18: ten thousand of them are too many")
  void interimResponsesAreBounded() throws IOException {
    try (HttpOrigin origin = saying(HINTS.repeat(10_000));
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));

      int interim = 0;
      ResponseHead head = client.head();
      while (head.status() == 103) {
        interim++;
        head = client.head();
      }
      assertThat(head.status()).isEqualTo(502);
      assertThat(interim).isBetween(1, 100);
    }
  }

  @Test
  @DisplayName("Expect: 100-continue is the origin's to answer")
  void theOriginAnswersExpectations() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        TcpOrigin careful =
            TcpOrigin.start(
                connection -> {
                  byte[] head = new byte[16 << 10];
                  int read = connection.getInputStream().read(head);
                  assertThat(read).isPositive();
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
                  assertThat(connection.getInputStream().readNBytes(5)).hasSize(5);
                  connection.getOutputStream().write(HttpOrigin.HELLO.getBytes(ISO_8859_1));
                });
        RawClient client = proxy.client()) {
      client.send(
          "POST http://"
              + careful.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(100);
      client.send("12345");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");

      client.send(origin.request("POST", "/", "Expect: a-miracle\r\nContent-Length: 5\r\n"));
      assertThat(client.head().status()).isEqualTo(417);
      assertThat(origin.accepted()).isZero();
    }
  }
}
