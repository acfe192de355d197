package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.HttpOrigin.Asked;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The content of requests: whole, cut, answered early. */
@Timeout(60)
class RequestContentTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final String TOO_LARGE =
      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge";

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

  private static String post(TcpOrigin origin, String lines) {
    return "POST http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n";
  }

  @Test
  @DisplayName("F16: chunks and trailers are passed on, whatever pieces they come in")
  void chunksAndTrailersArePassedOn() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RawClient client = proxy.client()) {
      String content = "5\r\nhello\r\n0\r\nX-Sum: 7\r\nHost: evil.test\r\n\r\n";
      client.send(origin.request("PUT", "/", "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n"));
      for (byte next : content.getBytes(ISO_8859_1)) {
        client.send(new byte[] {next});
      }
      assertThat(client.head().status()).isEqualTo(200);

      Asked asked = origin.asked().getFirst();
      assertThat(asked.field("trailer")).containsExactly("X-Sum");
      assertThat(asked.body().replaceAll("[0-9]\r\n(.+?)\r\n(?=[1-9]|0\r\n)", "$1"))
          .isEqualTo("hello0\r\nX-Sum: 7\r\n\r\n");
    }
  }

  @ParameterizedTest(name = "F21: a client that goes away in its upload by a reset: {0}")
  @ValueSource(booleans = {true, false})
  void anUploadThatIsGivenUpFreesTheOrigin(boolean reset) throws Exception {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              InputStream in = connection.getInputStream();
              try {
                while (in.read(new byte[4096]) >= 0) {}
                end.complete(-1);
              } catch (IOException e) {
                end.complete(0);
                throw e;
              }
            })) {
      RawClient client = proxy.client();
      client.send(post(origin, "Content-Length: 1000000\r\n") + "some of it");
      await().untilAsserted(() -> assertThat(origin.open()).isEqualTo(1));
      if (reset) {
        client.reset();
      } else {
        client.close();
      }

      await().atMost(SOON).untilAsserted(() -> assertThat(origin.open()).isZero());
      assertThat(end.get(5, TimeUnit.SECONDS)).as("the origin sees a reset, no end").isZero();
      await().untilAsserted(() -> assertThat(proxy.clients()).isZero());
    }
  }

  @ParameterizedTest(name = "F21: a response before the end of the upload is delivered, {0}")
  @ValueSource(strings = {"and the origin reads no more", "and the origin closes"})
  void anEarlyAnswerIsDelivered(String what) throws IOException {
    boolean closes = what.endsWith("closes");
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  InputStream in = connection.getInputStream();
                  in.read(new byte[100]);
                  connection.getOutputStream().write(TOO_LARGE.getBytes(ISO_8859_1));
                  if (!closes) {
                    connection.shutdownOutput();
                    while (in.read(new byte[4096]) >= 0) {}
                  }
                });
        RawClient client = proxy.client()) {
      client.send(post(origin, "Content-Length: 1000000\r\n"));

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.field("Connection")).isEqualTo("close");
      client.send(new byte[500_000]);
      assertThat(client.rest()).isEqualTo("large");
      await().atMost(SOON).untilAsserted(() -> assertThat(origin.open()).isZero());
    }
  }

  @Test
  @DisplayName("F21: an answer behind which the origin resets the upload is delivered")
  void anAnswerBeforeAResetIsDelivered() throws IOException {
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[100]);
                  connection.getOutputStream().write(TOO_LARGE.getBytes(ISO_8859_1));
                });
        RawClient client = proxy.client()) {
      client.send(post(origin, "Content-Length: 1000000\r\n"));
      client.send(new byte[900_000]);

      assertThat(client.rest()).startsWith("HTTP/1.1 413 ").endsWith("large");
    }
  }

  @Test
  @DisplayName("F20: a hundred requests to mixed hosts are answered in order")
  void aHundredRequestsAreAnsweredInOrder() throws IOException {
    HttpOrigin.Answering path =
        request -> {
          String answer = request.line().split(" ", -1)[1];
          return "HTTP/1.1 200 OK\r\nContent-Length: " + answer.length() + "\r\n\r\n" + answer;
        };
    try (HttpOrigin one = HttpOrigin.answering(path);
        HttpOrigin two = HttpOrigin.answering(path);
        RawClient client = proxy.client()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        HttpOrigin origin = i % 3 == 0 ? two : one;
        requests.append(
            i == 50
                ? "GET http://nowhere.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n"
                : origin.request("GET", "/" + i, ""));
      }
      client.send(requests.toString());
      for (int i = 0; i < 100; i++) {
        ResponseHead answer = client.head();
        String body = client.read(Integer.parseInt(answer.field("Content-Length")));
        if (i == 50) {
          assertThat(answer.status()).isEqualTo(502);
        } else {
          assertThat(body).isEqualTo("/" + i);
        }
      }
    }
  }

  @ParameterizedTest(
      name = "T19: a client that has ended behind {0} with \"{1}\" gets its response")
  @CsvSource({"GET,''", "POST,Content-Length: 0", "POST,Transfer-Encoding: chunked"})
  void aHalfClosedClientIsAnswered(String method, String framing) throws IOException {
    String lines = framing.isEmpty() ? "" : framing + "\r\n";
    String content = framing.endsWith("chunked") ? "0\r\n\r\n" : "";
    try (HttpOrigin origin = HttpOrigin.start();
        RawClient client = proxy.client()) {
      String request = origin.request(method, "/", lines) + content;
      client.send(request + request).endOutput();

      assertThat(client.rest()).containsSubsequence("hello", "HTTP/1.1 200 OK", "hello");
    }
  }

  @Test
  @DisplayName("L06: a thousand chunks of a byte cost no thousand buffers")
  void smallChunksAreGathered() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RawClient client = proxy.client()) {
      client.send(
          origin.request("PUT", "/", "Transfer-Encoding: chunked\r\n")
              + "1\r\na\r\n".repeat(1000)
              + "0\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(200);

      String body = origin.asked().getFirst().body();
      assertThat(body.chars().filter(octet -> octet == 'a').count()).isEqualTo(1000);
      assertThat(body.lines().count()).as("lines of few chunks").isLessThan(50);
    }
  }
}
