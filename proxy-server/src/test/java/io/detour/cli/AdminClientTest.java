package io.detour.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.TcpOrigin;
import io.detour.core.HostPort;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminClientTest {
  private static final byte[] HEAD =
      "HTTP/1.1 200 OK\r\nServer: detour\r\nContent-Length: 2000000000\r\n\r\n".getBytes(US_ASCII);

  @Test
  void anAnswerThatStallsBehindItsHeadIsGivenUp() throws Exception {
    try (TcpOrigin stalled =
        TcpOrigin.start(
            connection -> {
              connection.getOutputStream().write(HEAD);
              connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            })) {
      assertThat(post(stalled, Duration.ofMillis(500)))
          .isEqualTo(
              new AdminClient.Reply.Failed(stalled.authority() + " gave no answer within 500ms"));
    }
  }

  @Test
  void anAnswerWithoutEndIsNotRead() throws Exception {
    try (TcpOrigin endless =
        TcpOrigin.start(
            connection -> {
              connection.getOutputStream().write(HEAD);
              byte[] more = new byte[1 << 16];
              for (int i = 0; i < 1000; i++) {
                connection.getOutputStream().write(more);
              }
              connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            })) {
      assertThat(post(endless, Duration.ofSeconds(30)))
          .isEqualTo(
              new AdminClient.Reply.Failed(
                  "what listens on "
                      + endless.authority()
                      + " is not the admin interface of a Detour"));
    }
  }

  private static AdminClient.Reply post(TcpOrigin origin, Duration timeout)
      throws IOException, InterruptedException {
    HostPort admin = HostPort.parse(origin.authority()).orElseThrow();
    return new AdminClient(admin, timeout).send("POST", "/-/reload");
  }
}
