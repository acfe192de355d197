package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.config.ConfigurationKey;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is told not to accept for a while. */
@Timeout(60)
class PausedServerTest {
  private static RunningServer start(boolean reusePort) throws IOException {
    ListenerOptions listener =
        new ListenerOptions(
            ListenAddress.parse("127.0.0.1:0"), ProxyProtocol.OFF, 64, reusePort, null);
    return RunningServer.with(
        options ->
            options
                .with(ConfigurationKey.THREADS, 2)
                .with(ConfigurationKey.LISTEN, List.of(listener)));
  }

  @ParameterizedTest(name = "reuse_port: {0}")
  @ValueSource(booleans = {false, true})
  void clientsWaitAndTunnelsGoOn(boolean reusePort) throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(reusePort);
        RawClient tunnel = proxy.client()) {
      assertThat(tunnel.tunnel(origin.authority()).status()).isEqualTo(200);
      for (int round = 0; round < 3; round++) {
        assertThat(post(proxy, "pause")).isEqualTo(200);
        assertThat(post(proxy, "pause")).isEqualTo(200);
        assertThat(get(proxy, "/readyz")).isEqualTo(503);
        assertThat(get(proxy, "/healthz")).isEqualTo(200);
        assertThat(tunnel.send("ping").read(4)).isEqualTo("ping");
        try (RawClient waiting = proxy.client()) {
          waiting.send(RawClient.connectHead(origin.authority()));
          assertThatThrownBy(() -> waiting.readWithin(300))
              .isInstanceOf(SocketTimeoutException.class);
          assertThat(proxy.clients()).isOne();

          assertThat(post(proxy, "resume")).isEqualTo(200);

          assertThat(waiting.head().status()).isEqualTo(200);
          assertThat(get(proxy, "/readyz")).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void aDrainEndsAPauseForGood() throws Exception {
    try (RunningServer proxy = start(false)) {
      post(proxy, "pause");
      assertThat(proxy.drain(Duration.ofSeconds(5))).isZero();
      post(proxy, "resume");
      assertThat(get(proxy, "/readyz")).isEqualTo(503);
      assertThatThrownBy(() -> proxy.client().close()).isInstanceOf(ConnectException.class);
    }
  }

  private static int post(RunningServer proxy, String action) throws IOException {
    return status(proxy, "/-/" + action, "POST");
  }

  private static int get(RunningServer proxy, String path) throws IOException {
    return status(proxy, path, "GET");
  }

  private static int status(RunningServer proxy, String path, String method) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://" + proxy.adminAuthority() + path).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(5_000);
    return connection.getResponseCode();
  }
}
