package io.detour;

import static io.detour.RawClient.connectHead;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.decide.Reloader;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A proxy that is spoken to over TLS. */
@Timeout(60)
class TlsListenerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String NO_RULES = "version: 1\nrules: []\n";

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private IssuedCertificate issued;

  @BeforeEach
  void issue() throws Exception {
    issued = IssuedCertificate.covering("proxy.test");
    write(issued);
  }

  private Path certificate() {
    return folder.resolve("proxy.pem");
  }

  private Path key() {
    return folder.resolve("proxy.key");
  }

  private void write(IssuedCertificate pair) throws IOException {
    replace(certificate(), pair.server().getCertificatePathPEM());
    replace(key(), pair.server().getPrivateKeyPEM());
  }

  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling("next");
    Files.writeString(next, text, US_ASCII);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private RunningServer start(Transport transport, UnaryOperator<Configuration> change)
      throws IOException {
    ListenerOptions listener =
        new ListenerOptions(
            ListenAddress.parse("127.0.0.1:0"),
            ProxyProtocol.OFF,
            64,
            false,
            new TlsFiles(certificate(), key()));
    return RunningServer.start(
        NO_RULES,
        transport,
        options -> change.apply(options.with(ConfigurationKey.LISTEN, List.of(listener))));
  }

  private RunningServer start() throws IOException {
    return start(Transport.available(), options -> options);
  }

  private SSLSocket connect(InetSocketAddress proxy, String... protocols) throws Exception {
    SSLSocket socket = (SSLSocket) issued.trusting().getSocketFactory().createSocket();
    socket.connect(proxy);
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    if (protocols.length > 0) {
      parameters.setProtocols(protocols);
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  static Stream<Transport> transports() {
    return Stream.of(Transport.epoll(), Transport.nio());
  }

  @ParameterizedTest
  @MethodSource("transports")
  @Execution(CONCURRENT)
  void aTunnelPassesBytesAndBothEnds(Transport transport) throws Exception {
    String much = "0123456789abcdef".repeat(128 * 1024);
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  byte[] all = connection.getInputStream().readAllBytes();
                  connection.getOutputStream().write(all);
                });
        RunningServer proxy = start(transport, options -> options);
        RawClient client = RawClient.over(connect(proxy.address()))) {
      assertThat(client.send(connectHead(origin.authority()) + much).endOutput().head().status())
          .isEqualTo(200);
      assertThat(client.rest()).isEqualTo(much);
      await()
          .untilAsserted(
              () ->
                  assertThat(proxy.metric("detour_tunnel_closes_total", "reason=\"client_fin\""))
                      .isOne());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  @Execution(CONCURRENT)
  void bothVersionsSpeakHttp1(String version) throws Exception {
    try (RunningServer proxy = start();
        SSLSocket socket = connect(proxy.address(), version)) {
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aRefusalIsReadToItsCleanEnd() throws Exception {
    try (RunningServer proxy = start();
        RawClient client = RawClient.over(connect(proxy.address()))) {
      client.send("nonsense\r\n\r\n" + "x".repeat(50_000));
      assertThat(client.head().status()).isEqualTo(400);
      assertThat(client.rest()).startsWith("400 ");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void opensslFindsTheEndOfARefusalProper() throws Exception {
    Tool openssl = Tool.ofPackage("openssl", "openssl");
    Path request = Files.writeString(folder.resolve("request"), "nonsense\r\n\r\n", US_ASCII);
    try (RunningServer proxy = start()) {
      String printed =
          openssl.runReading(
              request,
              folder,
              "s_client",
              "-connect",
              proxy.authority(),
              "-servername",
              "proxy.test",
              "-CAfile",
              issued.writeAuthority(folder).toString(),
              "-ign_eof");
      // OpenSSL 3 says "unexpected eof while reading" when there was no close_notify.
      assertThat(printed)
          .contains("HTTP/1.1 400 ", "Verify return code: 0 (ok)")
          .doesNotContain("unexpected eof");
    }
  }

  @DisplayName("a client that asks for a renegotiation is cut off")
  @RepeatedTest(3)
  @Execution(CONCURRENT)
  void clientsDoNotRenegotiate() throws Exception {
    try (RunningServer proxy = start();
        SSLSocket socket = connect(proxy.address(), "TLSv1.2")) {
      socket.startHandshake();

      assertThatThrownBy(() -> RawClient.over(socket).send("nonsense\r\n\r\n").head())
          .isInstanceOf(IOException.class);
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,    false",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, false",
  })
  @Execution(CONCURRENT)
  void oldCiphersAreRefused(String cipher, boolean accepted) throws Exception {
    try (RunningServer proxy = start();
        SSLSocket socket = (SSLSocket) issued.trusting().getSocketFactory().createSocket()) {
      socket.connect(proxy.address());
      socket.setSoTimeout(10_000);
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(new String[] {cipher});

      if (accepted) {
        socket.startHandshake();
        assertThat(socket.getSession().getCipherSuite()).isEqualTo(cipher);
      } else {
        assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
      }
    }
  }

  @DisplayName("sessions are resumed, and not by tickets")
  @Test
  @Execution(CONCURRENT)
  void thereAreNoTickets() throws Exception {
    Tool openssl = Tool.ofPackage("openssl", "openssl");
    Path request = Files.writeString(folder.resolve("request"), "nonsense\r\n\r\n", US_ASCII);
    String session = folder.resolve("session").toString();
    try (RunningServer proxy = start()) {
      String first = sClient(openssl, request, proxy, "-sess_out", session);
      assertThat(first).contains("Secure Renegotiation IS supported", "New, TLSv1.2");
      assertThat(first).doesNotContain("TLS session ticket:");

      assertThat(sClient(openssl, request, proxy, "-sess_in", session)).contains("Reused, TLSv1.2");
    }
  }

  private String sClient(
      Tool openssl, Path request, RunningServer proxy, String option, String session)
      throws Exception {
    return openssl.runReading(
        request,
        folder,
        "s_client",
        "-connect",
        proxy.authority(),
        "-tls1_2",
        "-ign_eof",
        option,
        session);
  }

  @DisplayName("handshakes that clients leave alone make room for others")
  @Test
  @Execution(CONCURRENT)
  void handshakesAreBounded() throws Exception {
    try (RunningServer proxy =
        start(Transport.available(), options -> options.with(ConfigurationKey.THREADS, 1))) {
      List<Socket> silent = new ArrayList<>();
      try {
        for (int i = 0; i < 300; i++) {
          silent.add(new Socket(proxy.address().getAddress(), proxy.address().getPort()));
        }
        silent.getFirst().setSoTimeout(10_000);
        assertThat(silent.getFirst().getInputStream().read()).isEqualTo(-1);
        connect(proxy.address()).close();
        assertThat(proxy.metric("detour_limit_rejections_total", "limit=\"handshakes\""))
            .isBetween(44.0, 45.0);
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aClientBeyondTheLimitIsToldOverTls() throws Exception {
    try (RunningServer proxy =
            start(Transport.available(), options -> options.withLimits(new ClientLimits(10, 1)));
        RawClient one = RawClient.over(connect(proxy.address()));
        RawClient two = RawClient.over(connect(proxy.address()))) {
      assertThat(one.tunnel("a.test:1").status()).isEqualTo(502);
      assertThat(two.head().status()).isEqualTo(429);
      assertThat(two.rest()).startsWith("429 ");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aHandshakeIsNotWaitedForLongerThanAHead() throws Exception {
    try (RunningServer proxy =
            start(
                Transport.available(),
                options -> options.with(ConfigurationKey.TIMEOUT_HEAD, Duration.ofMillis(300)));
        RawClient silent = proxy.client();
        RawClient plain = proxy.client()) {
      assertThat(silent.rest()).isEmpty();
      plain.send(connectHead("a.test:443"));
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aChangedCertificateIsShownToNewClients() throws Exception {
    try (RunningServer proxy = start();
        SSLSocket old = connect(proxy.address())) {
      IssuedCertificate next = IssuedCertificate.covering("proxy.test");
      write(next);
      issued = next;
      await().atMost(DEADLINE).until(() -> shown(proxy).equals(next.server().getCertificate()));
      old.getOutputStream().write("nonsense\r\n\r\n".getBytes(US_ASCII));
      assertThat(RawClient.over(old).head().status()).isEqualTo(400);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aBrokenPairChangesNothingAndAReloadTakesTheNext() throws Exception {
    try (RunningServer proxy = start()) {
      IssuedCertificate next = IssuedCertificate.covering("proxy.test");
      replace(key(), "nonsense");
      proxy.reload(Reloader.Trigger.REQUEST).join();
      assertThat(shown(proxy)).isEqualTo(issued.server().getCertificate());

      write(next);
      issued = next;
      proxy.reload(Reloader.Trigger.REQUEST).join();
      await().atMost(DEADLINE).until(() -> shown(proxy).equals(next.server().getCertificate()));
    }
  }

  /** The certificate that a new client gets; the one from before is not trusted. */
  private Certificate shown(RunningServer proxy) throws Exception {
    try (SSLSocket socket = connect(proxy.address())) {
      return socket.getSession().getPeerCertificates()[0];
    } catch (javax.net.ssl.SSLHandshakeException notYet) {
      return issued.authority().getCertificate();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void filesThatCannotBeUsedKeepItFromStarting() throws Exception {
    IssuedCertificate other = IssuedCertificate.covering("proxy.test");
    String listen = "cannot listen on 127.0.0.1:0: ";

    replace(key(), other.server().getPrivateKeyPEM());
    assertThatThrownBy(() -> start().close())
        .hasMessage(listen + key() + ": is not the key of " + certificate());
    replace(key(), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n");
    assertThatThrownBy(() -> start().close())
        .hasMessageStartingWith(listen + key() + ": the key is encrypted (expected: ");
    replace(key(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> start().close())
        .hasMessageStartingWith(listen + key() + ": is no private key for");
    replace(key(), "nothing");
    assertThatThrownBy(() -> start().close())
        .hasMessageStartingWith(listen + key() + ": has no private key");
    Files.delete(key());
    assertThatThrownBy(() -> start().close())
        .hasMessage(listen + key() + ": cannot be read: there is no such file");
    replace(certificate(), "nothing");
    assertThatThrownBy(() -> start().close()).hasMessageStartingWith(listen + certificate() + ": ");
  }

  @Test
  @Execution(CONCURRENT)
  void aPlainConnectionIsClosed() throws Exception {
    try (RunningServer proxy = start();
        Socket plain = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
      plain.setSoTimeout(10_000);
      plain.getOutputStream().write(connectHead("a.test:443").getBytes(US_ASCII));
      // An alert, and no HTTP.
      assertThat(new String(plain.getInputStream().readAllBytes(), US_ASCII))
          .doesNotContain("HTTP");
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void curlGoesThroughIt() throws Exception {
    Tool curl = Tool.ofPackage("curl", "curl");
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                              .getBytes(US_ASCII));
                  connection.shutdownOutput();
                  connection.getInputStream().readAllBytes();
                });
        RunningServer proxy = start()) {
      String port = String.valueOf(proxy.address().getPort());
      assertThat(
              curl.run(
                  folder,
                  "-sS",
                  "--proxytunnel",
                  "--proxy",
                  "https://proxy.test:" + port,
                  "--resolve",
                  "proxy.test:" + port + ":127.0.0.1",
                  "--proxy-cacert",
                  issued.writeAuthority(folder).toString(),
                  "http://127.0.0.1:" + origin.port() + "/"))
          .isEqualTo("ok");
    }
  }

  @ParameterizedTest(name = "F23: over {0} a response that is cut has no close_notify")
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  @Execution(CONCURRENT)
  void aCutResponseDoesNotLookWhole(String version) throws Exception {
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[4096]);
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\nhello".getBytes(US_ASCII));
                  connection.setOption(StandardSocketOptions.SO_LINGER, 0);
                });
        RunningServer proxy = start();
        RawClient client = RawClient.over(connect(proxy.address(), version))) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n");

      assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
    }
  }
}
