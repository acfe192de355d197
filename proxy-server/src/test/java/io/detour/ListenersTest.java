package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a server listens, and how it says that it cannot. */
@Timeout(60)
class ListenersTest {
  private static final String REJECTING_IPV4 =
      """
      version: 1
      rules:
        - name: a
          match: { host: { exact: a.test }, client: 127.0.0.0/8 }
          action: reject
      """;

  @TempDir private Path folder;

  @Test
  @DisplayName("[::] takes IPv4 clients too, and they have IPv4 addresses for rules and logs")
  void theIpv6WildcardIsDualStack() throws IOException {
    SocketTable.assumeIpv6();
    try (RunningServer proxy =
        RunningServer.start(
            REJECTING_IPV4,
            options -> Configurations.listening(options, List.of(address("[::]:0"))))) {
      assertThat(status(proxy, "127.0.0.1")).isEqualTo(403);
      assertThat(status(proxy, "::1")).isEqualTo(502);
      assertThat(proxy.log().refusals())
          .extracting(line -> line.get("client"))
          .containsExactly("127.0.0.1", "::1");
    }
  }

  @Test
  @DisplayName("0.0.0.0 takes IPv4 clients only")
  void theIpv4WildcardIsForIpv4() throws IOException {
    SocketTable.assumeIpv6();
    try (RunningServer proxy = RunningServer.listeningOn(List.of(address("0.0.0.0:0")))) {
      assertThat(status(proxy, "127.0.0.1")).isEqualTo(502);
      assertThatThrownBy(() -> status(proxy, "::1")).isInstanceOf(ConnectException.class);
    }
  }

  private static int status(RunningServer proxy, String reached) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(reached), proxy.address().getPort());
    try (RawClient client = RawClient.connect(address)) {
      return client.tunnel("a.test:443").status();
    }
  }

  @ParameterizedTest(name = "reuse_port: {0}")
  @ValueSource(booleans = {true, false})
  void reusePortHasASocketOnEachLoop(boolean reusePort) throws IOException {
    ListenerOptions listener =
        new ListenerOptions(address("127.0.0.1:0"), ProxyProtocol.OFF, 64, reusePort, null);
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy =
            RunningServer.with(
                options ->
                    options
                        .with(ConfigurationKey.THREADS, 3)
                        .with(ConfigurationKey.LISTEN, List.of(listener)))) {
      assertThat(SocketTable.listening(proxy.address().getPort())).isEqualTo(reusePort ? 3 : 1);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        RawClient client = proxy.client();
        clients.add(client);
        assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      }
      for (RawClient client : clients) {
        assertThat(client.send("ping").endOutput().rest()).isEqualTo("ping");
        client.close();
      }
    }
  }

  @ParameterizedTest(name = "with reuse_port: {0}")
  @ValueSource(booleans = {true, false})
  void aTakenPortIsNamedAndNothingIsHalfStarted(boolean reusePort) throws IOException {
    int first = LoopbackPort.free();
    Path unix = folder.resolve("proxy.sock");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String busy = "127.0.0.1:" + taken.getLocalPort();
      List<ListenerOptions> listeners =
          List.of(
              new ListenerOptions(
                  address("127.0.0.1:" + first), ProxyProtocol.OFF, 64, reusePort, null),
              ListenerOptions.of(new ListenAddress.Unix(unix)),
              new ListenerOptions(address(busy), ProxyProtocol.OFF, 64, reusePort, null));

      assertThatThrownBy(
              () ->
                  RunningServer.with(options -> options.with(ConfigurationKey.LISTEN, listeners))
                      .close())
          .isInstanceOf(IOException.class)
          .hasMessage("cannot listen on " + busy + ": bind: Address already in use (EADDRINUSE)");
    }
    assertThat(SocketTable.listening(first)).isZero();
    assertThat(unix).doesNotExist();
  }

  @Test
  void anAddressOfAnotherMachineIsNamed() {
    assertThatThrownBy(() -> RunningServer.listeningOn(List.of(address("192.0.2.77:3128"))).close())
        .hasMessage(
            "cannot listen on 192.0.2.77:3128: bind: Cannot assign requested address"
                + " (EADDRNOTAVAIL)");
  }

  @Test
  void onNioTheReasonHasNoNumber() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String busy = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  RunningServer.start(
                          "version: 1\nrules: []\n",
                          Transport.nio(),
                          options -> Configurations.listening(options, List.of(address(busy))))
                      .close())
          .hasMessage("cannot listen on " + busy + ": Address already in use");
    }
  }

  private static ListenAddress address(String text) {
    return ListenAddress.parse(text);
  }
}
