package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of plain HTTP are counted for their rule, however an exchange ends. */
@Timeout(60)
class CountedExchangeTest {
  enum End {
    WHOLE,
    CUT_BY_THE_ORIGIN,
    CLIENT_GONE,
    NO_ANSWER
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @DisplayName("7 bytes to the origin, and 5 back if it has answered")
  void bytesAreCounted(End end) throws IOException {
    try (TcpOrigin origin = TcpOrigin.start(connection -> serve(connection, end));
        RunningServer proxy =
            RunningServer.start(
                """
                version: 1
                rules:
                  - name: shop
                    match: { host: { exact: shop.old.test } }
                    action: rewrite
                    to: %s
                """
                    .formatted(origin.authority()));
        RawClient client = proxy.client()) {
      client.send(
          "PUT http://shop.old.test/ HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n1234567");
      if (end == End.NO_ANSWER) {
        assertThat(client.head().status()).isEqualTo(502);
      } else {
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(5)).isEqualTo("hello");
      }
      if (end == End.CLIENT_GONE) {
        client.reset();
      }

      await().untilAsserted(() -> assertCounted(proxy, "upstream", 7));
      assertCounted(proxy, "downstream", end == End.NO_ANSWER ? 0 : 5);
    }
  }

  private static void serve(Socket connection, End end) throws IOException {
    byte[] request = new byte[4096];
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("1234567")) {
      int read = connection.getInputStream().read(request);
      text.append(new String(request, 0, read, ISO_8859_1));
    }
    if (end != End.NO_ANSWER) {
      int length = end == End.WHOLE ? 5 : 10;
      connection
          .getOutputStream()
          .write(
              ("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\nhello")
                  .getBytes(ISO_8859_1));
    }
    if (end == End.CLIENT_GONE) {
      connection.getInputStream().read(request);
    } else if (end == End.CUT_BY_THE_ORIGIN) {
      connection.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
  }

  private static void assertCounted(RunningServer proxy, String direction, int bytes)
      throws IOException {
    assertThat(
            proxy.metric(
                "detour_rule_bytes_total", "direction=\"" + direction + '"', "rule=\"shop\""))
        .isEqualTo(bytes);
  }
}
