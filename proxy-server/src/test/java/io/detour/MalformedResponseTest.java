package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Responses that two parsers could read in two ways: none of them reaches a client. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedResponseTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String END = "\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n" + END;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeAll
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
  }

  @AfterAll
  void stop() {
    proxy.close();
  }

  private static Arguments row(String what, String response) {
    return Arguments.of(what, response);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        row("Content-Length that is no number", OK + "Content-Length: 5x\r\n" + END + "zq9x!"),
        row("a negative Content-Length", OK + "Content-Length: -5\r\n" + END + "zq9x!"),
        row("Content-Length with a sign", OK + "Content-Length: +5\r\n" + END + "zq9x!"),
        row("two lengths", OK + "Content-Length: 5\r\nContent-Length: 6\r\n" + END + "zq9x!!"),
        row("a list of two lengths", OK + "Content-Length: 5, 6\r\n" + END + "zq9x!!"),
        row("a length of 2^63", OK + "Content-Length: 9223372036854775808\r\n" + END + "zq9x!"),
        row("an empty length", OK + "Content-Length: \r\n" + END + "zq9x!"),
        row(
            "Content-Length and Transfer-Encoding",
            OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + END + "0\r\n\r\n"),
        row("another coding", OK + "Transfer-Encoding: gzip\r\n" + END + "zq9x!"),
        row("chunked twice", OK + "Transfer-Encoding: chunked, chunked\r\n" + END + "0\r\n\r\n"),
        row(
            "two Transfer-Encodings",
            OK + "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n" + END + "0\r\n\r\n"),
        row(
            "chunks in HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" + END + "0\r\n\r\n"),
        row("a folded line", OK + "X: a\r\n zq9x\r\n" + END),
        row("Q04: a space before the colon", OK + "Content-Length : 5\r\n" + END + "zq9x!"),
        row(
            "Q04: a tab before the colon",
            OK + "Transfer-Encoding\t: chunked\r\n" + END + "0\r\n\r\n"),
        row("a space before the first field", OK + " X: zq9x\r\n" + END),
        row("a line without a colon", OK + "zq9x\r\n" + END),
        row("no name", OK + ": zq9x\r\n" + END),
        row("NUL in a value", OK + "X: zq9x\0\r\n" + END),
        row("a bare CR in a value", OK + "X: zq9x\rSet-Cookie: a\r\n" + END),
        row("lines that end in bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        row("1 MiB of header", OK + "X: " + "a".repeat(1 << 20) + "\r\n" + END),
        row("200 fields", OK + "X: zq9x\r\n".repeat(200) + END),
        row("HTTP/2.0", "HTTP/2.0 200 OK\r\n" + END),
        row("HTTP/0.9", "<b>zq9x</b>\r\n\r\n"),
        row("another protocol", "ICY 200 OK\r\n" + END),
        row("a status of two digits", "HTTP/1.1 20 OK\r\n" + END),
        row("a status of four digits", "HTTP/1.1 2000 OK\r\n" + END),
        row("Q20: status 600", "HTTP/1.1 600 zq9x\r\n" + END),
        row("Q20: status 999", "HTTP/1.1 999 zq9x\r\n" + END),
        row("Q05: a space before a chunk size", CHUNKED + " 4\r\nzq9x\r\n0\r\n\r\n"),
        row("Q05: a space in a chunk size", CHUNKED + "0 4\r\nzq9x\r\n0\r\n\r\n"),
        row("a chunk size that is no number", CHUNKED + "zz\r\n"),
        row("a malformed chunk behind another", CHUNKED + "4\r\nzq9x\r\nzz\r\n"),
        row("a chunk that is longer than its size", CHUNKED + "3\r\nzq9x\r\n0\r\n\r\n"),
        row("a malformed trailer", CHUNKED + "4\r\nzq9x\r\n0\r\nX\r\n\r\n"),
        row("an empty line first", END + OK + "Content-Length: 0\r\n" + END));
  }

  @ParameterizedTest(name = "F17: {0} is 502")
  @MethodSource("malformed")
  void isAnsweredWithAnError(String what, String response) throws IOException {
    try (HttpOrigin origin = HttpOrigin.answering(request -> response);
        HttpOrigin other = HttpOrigin.start();
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));

      ResponseHead answer = client.head();
      assertThat(answer.status()).as(what).isEqualTo(502);
      assertThat(answer.field("Proxy-Status")).contains("error=http_protocol_error");
      String body = client.read(Integer.parseInt(answer.field("Content-Length")));
      assertThat(answer.text() + body).doesNotContain("zq9x");
      await().untilAsserted(() -> assertThat(origin.open()).isZero());

      client.send(other.request("GET", "/", ""));
      assertThat(client.head().status()).as("the connection goes on").isEqualTo(200);
    }
  }

  @Test
  @DisplayName("F17 Q05: malformed chunks behind what the client has got end in a reset")
  void malformedChunksAreCut() throws IOException {
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[4096]);
                  write(connection, CHUNKED + "5\r\nhello\r\n");
                  begun.join();
                  write(connection, "zz\r\n");
                  connection.getInputStream().read();
                });
        RawClient client = proxy.client()) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(200);
      begun.complete(true);

      ExpectedCut.assertCut(client);
      await().untilAsserted(() -> assertThat(origin.open()).isZero());
    }
  }

  private static void write(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  @Test
  @DisplayName("Q05: what a 502 takes the place of is neither counted nor relayed")
  void whatIsTakenBackIsNotCounted() throws IOException {
    double before = proxy.metric("detour_requests_total", "kind=\"forward\"", "code=\"200\"");
    try (HttpOrigin origin =
            HttpOrigin.answering(request -> CHUNKED + "5\r\nhello\r\n" + "zz\r\n");
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));
      assertThat(client.head().status()).isEqualTo(502);
    }
    assertThat(proxy.metric("detour_requests_total", "kind=\"forward\"", "code=\"200\""))
        .isEqualTo(before);
  }
}
