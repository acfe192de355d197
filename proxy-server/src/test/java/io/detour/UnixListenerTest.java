package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.Subnet;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients on UNIX sockets, and the files of those. */
@Timeout(60)
class UnixListenerTest {
  private static final String NO_RULES = "version: 1\nrules: []\n";

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("proxy.sock");
  }

  private RunningServer start(Transport transport) throws IOException {
    return RunningServer.start(
        NO_RULES,
        transport,
        options -> Configurations.listening(options, List.of(new ListenAddress.Unix(file()))));
  }

  private RunningServer start() throws IOException {
    return start(Transport.available());
  }

  @Test
  void aTunnelPassesBytesAndBothEnds() throws IOException {
    String much = "0123456789abcdef".repeat(256 * 1024);
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  byte[] all = connection.getInputStream().readAllBytes();
                  connection.getOutputStream().write(all);
                });
        RunningServer proxy = start();
        UnixClient client = UnixClient.connect(file())) {
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      client.send(much).endOutput();
      assertThat(client.rest()).isEqualTo(much);
      await()
          .untilAsserted(
              () ->
                  assertThat(proxy.metric("detour_tunnel_closes_total", "reason=\"client_fin\""))
                      .isOne());
    }
  }

  @Test
  void aRefusalIsReadToItsEndAndLoggedWithTheListener() throws IOException {
    try (RunningServer proxy = start();
        UnixClient client = UnixClient.connect(file())) {
      assertThat(client.send("nonsense\r\n\r\n").rest()).startsWith("HTTP/1.1 400 ");
      assertThat(proxy.log().refusals())
          .extracting(line -> line.get("client"))
          .containsExactly("unix:" + file());
    }
  }

  @Test
  void ownerAndGroupMayConnect() throws IOException {
    try (RunningServer _ = start()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-rw----");
    }
  }

  @Test
  void theFileGoesWithTheListener() throws IOException {
    start().close();
    assertThat(file()).doesNotExist();
    start().close();
  }

  @Test
  void withoutEpollThereIsNone() {
    assertThatThrownBy(() -> start(Transport.nio()).close())
        .hasMessage(
            "cannot listen on unix:"
                + file()
                + ": UNIX sockets need epoll, and this system has none");
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatADeadProcessLeftIsReplaced() throws IOException {
    // The JDK leaves the file of a socket that is closed, as a kill does.
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(file()));
    }
    assertThat(file()).exists();
    try (RunningServer _ = start();
        UnixClient client = UnixClient.connect(file())) {
      assertThat(client.tunnel("a.test:1").status()).isEqualTo(502);
    }
  }

  @Test
  void whereAProcessListensIsLeftAlone() throws IOException {
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(file()));
      assertThatThrownBy(() -> start().close())
          .hasMessage(
              "cannot listen on unix:"
                  + file()
                  + ": bind: Address already in use (EADDRINUSE): a process listens there");
      assertThat(file()).exists();
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws IOException {
    Files.writeString(file(), "precious", UTF_8);
    assertThatThrownBy(() -> start().close())
        .hasMessage("cannot listen on unix:" + file() + ": the file is there and is no socket");
    assertThat(file()).hasContent("precious");
  }

  @Test
  void aFolderThatIsMissingIsNamed() {
    Path nowhere = folder.resolve("none/proxy.sock");
    assertThatThrownBy(
            () -> RunningServer.listeningOn(List.of(new ListenAddress.Unix(nowhere))).close())
        .hasMessage(
            "cannot listen on unix:" + nowhere + ": bind: No such file or directory (ENOENT)");
  }

  @Test
  void aSocketHasNoPortToShare() {
    ListenerOptions shared =
        new ListenerOptions(new ListenAddress.Unix(file()), ProxyProtocol.OFF, 64, true, null);
    assertThatThrownBy(() -> RunningServer.listeningOn(shared).close())
        .hasMessageContaining("a UNIX socket has no port");
  }

  @Test
  void onlyTheLimitInAllCounts() throws IOException {
    try (RunningServer _ =
            RunningServer.with(
                options ->
                    Configurations.listening(
                        options.withLimits(new ClientLimits(2, 1)),
                        List.of(new ListenAddress.Unix(file()))));
        UnixClient one = UnixClient.connect(file());
        UnixClient two = UnixClient.connect(file())) {
      assertThat(one.tunnel("a.test:1").status()).isEqualTo(502);
      assertThat(two.tunnel("a.test:1").status()).isEqualTo(502);
      try (UnixClient three = UnixClient.connect(file())) {
        assertThat(three.head().status()).isEqualTo(503);
      }
    }
  }

  @Test
  void aProxyHeaderTellsWhoTheClientIs() throws IOException {
    ListenerOptions listener =
        new ListenerOptions(new ListenAddress.Unix(file()), ProxyProtocol.AUTO, 64, false, null);
    try (RunningServer proxy = RunningServer.listeningOn(listener);
        UnixClient client = UnixClient.connect(file())) {
      client.send("PROXY TCP4 192.0.2.9 192.0.2.10 1 2\r\nnonsense\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 400 ");
      assertThat(proxy.log().refusals())
          .extracting(line -> line.get("client"))
          .containsExactly("192.0.2.9");
    }
  }

  @ParameterizedTest(name = "access.clients behind PROXY {0}: \"{1}\" is {2}")
  @CsvSource({
    "AUTO, PROXY UNKNOWN, 403",
    "AUTO, PROXY TCP4 192.0.2.9 192.0.2.10 1 2, 403",
    "AUTO, PROXY TCP4 10.1.2.3 192.0.2.10 1 2, 400",
    "OFF, no head, 400"
  })
  void onlyWhoOpensTheFileForItselfIsAdmittedByIt(ProxyProtocol protocol, String line, int status)
      throws IOException {
    ListenerOptions listener =
        new ListenerOptions(new ListenAddress.Unix(file()), protocol, 64, false, null);
    AccessOptions access =
        AccessVariants.clients(
            AccessOptions.open(), List.of(Subnet.parse("10.0.0.0/8").orElseThrow()));
    try (RunningServer _ =
            RunningServer.with(
                options ->
                    options.with(ConfigurationKey.LISTEN, List.of(listener)).withAccess(access));
        UnixClient client = UnixClient.connect(file())) {
      client.send(line + "\r\nnonsense\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(status);
    }
  }
}
