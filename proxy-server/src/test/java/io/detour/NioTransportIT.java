package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code detour run} as a process that finds no epoll. */
@Timeout(90)
class NioTransportIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int TIMEOUT_MILLIS = 5000;
  private static final String SAID = "there is no epoll, so NIO is used";

  @TempDir private Path folder;

  @Test
  void withoutEpollItServesOnNioAndSaysSoOnce() throws Exception {
    Map<String, String> environment =
        Map.of("JDK_JAVA_OPTIONS", "-Dio.netty.transport.noNative=true");
    try (DetourProcess detour =
        DetourProcess.start(
                folder,
                environment,
                "run",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0")
            .ready()) {
      await().atMost(LONG).until(() -> detour.err().contains("serving on ["));
      assertThat(detour.err().lines().filter(line -> line.contains(SAID)))
          .singleElement()
          .asString()
          .contains(" WARN ", "noNative=true");
      assertThat(readyStatus(detour.adminAddress().getPort())).isEqualTo(200);
      passesBytes(detour);
      try (RawClient client = detour.client()) {
        client.send("CONNECT nobody.invalid:443 HTTP/1.1\r\nHost: nobody.invalid:443\r\n\r\n");
        assertThat(client.rest()).startsWith("HTTP/1.1 502 ");
      }
      detour.signal("TERM");
      assertThat(detour.exitWithin(LONG)).isZero();
      assertThat(detour.err()).doesNotContain("Exception", " ERROR ");
    }
  }

  /** Through the relay for any channel, half-close included. */
  private static void passesBytes(DetourProcess detour) throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = detour.client()) {
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      client.send("over NIO").endOutput();
      assertThat(client.rest()).isEqualTo("over NIO");
    }
  }

  private static int readyStatus(int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    return connection.getResponseCode();
  }
}
