package io.detour.ops.certificates;

import static io.detour.ops.certificates.Certificates.NOW;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.TcpOrigin;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.CertificateCheck.PresentedCertificate;
import io.detour.ops.certificates.ProbeReport.HandshakeError;
import io.detour.server.dial.DeafListener;
import io.detour.server.dial.Parent;
import io.detour.server.dns.Resolution;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.status.DialError;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProberTest {
  private static final Host LEGACY = host("erp.old.example.com");
  private static final Host TARGET = host("erp.new.example.com");
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Configuration OPTIONS =
      Configurations.open()
          .with(
              ConfigurationKey.RESOLVER_HOSTS,
              Map.of(TARGET, List.of(InetAddress.ofLiteral("127.0.0.1"))));

  private static X509Bundle root;
  private static X509Bundle issuing;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final BlockingQueue<List<SNIServerName>> asked = new LinkedBlockingQueue<>();

  @BeforeAll
  static void issue() throws Exception {
    root = Certificates.root("Root");
    issuing = Certificates.authority("Issuing").buildIssuedBy(root);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  @Test
  void aGoodTargetIsAcceptedAndWasAskedForTheLegacyName() throws Exception {
    int port = serveTls(Certificates.server("*.old.example.com").buildIssuedBy(issuing));

    ProbeReport report = probe(port, LEGACY, Probe.Depth.TLS);

    assertThat(answer(report))
        .isEqualTo(new Resolution.Addresses(List.of(InetAddress.ofLiteral("127.0.0.1"))));
    assertThat(report.connection())
        .isInstanceOfSatisfying(
            ProbeReport.Connection.Made.class,
            made -> {
              assertThat(made.remote().getPort()).isEqualTo(port);
              assertThat(made.attempts()).isEqualTo(1);
            });
    ProbeReport.Handshake.Made made = (ProbeReport.Handshake.Made) report.handshake();
    assertThat(Objects.requireNonNull(made).protocol()).isEqualTo("TLSv1.3");
    assertThat(made.cipherSuite()).startsWith("TLS_");
    CertificateCheck check = made.certificate();
    assertThat(check.isAccepted()).isTrue();
    assertThat(check.trust().root()).isEqualTo("CN=Root,O=Old Co");
    assertThat(check.daysLeft()).isEqualTo(90);
    assertThat(check.chain()).hasSize(2);
    assertThat(check.chain().getFirst())
        .isEqualTo(
            new PresentedCertificate(
                "CN=server",
                "CN=Issuing,O=Old Co",
                NOW.minus(Duration.ofDays(10)),
                NOW.plus(Duration.ofDays(90)).plusSeconds(60),
                "EC 256",
                "SHA256withECDSA"));
    assertThat(asked.poll(10, TimeUnit.SECONDS))
        .extracting(name -> new String(name.getEncoded(), US_ASCII))
        .containsExactly(LEGACY.name());
  }

  @Test
  void aCertificateForTheNewNameAloneIsNotAccepted() throws Exception {
    int port = serveTls(Certificates.server("erp.new.example.com").buildIssuedBy(issuing));

    CertificateCheck check = check(probe(port, LEGACY, Probe.Depth.TLS));

    assertThat(check.trust().isTrusted()).isTrue();
    assertThat(check.coversLegacyName()).isFalse();
    assertThat(check.isAccepted()).isFalse();
  }

  @Test
  void aSelfSignedCertificateDoesNotEndTheHandshake() throws Exception {
    int port = serveTls(Certificates.selfSigned(Certificates.server("erp.old.example.com")));

    CertificateCheck check = check(probe(port, LEGACY, Probe.Depth.TLS));

    assertThat(check.coversLegacyName()).isTrue();
    assertThat(check.trust().problems())
        .extracting(ChainTrust.Problem::kind)
        .containsExactly(ChainTrust.Kind.SELF_SIGNED);
  }

  @Test
  void anExpiredCertificateHasNegativeDays() throws Exception {
    int port =
        serveTls(
            Certificates.server("erp.old.example.com")
                .notAfter(NOW.minus(Duration.ofHours(36)))
                .buildIssuedBy(issuing));

    CertificateCheck check = check(probe(port, LEGACY, Probe.Depth.TLS));

    assertThat(check.daysLeft()).isEqualTo(-2);
    assertThat(check.trust().problems())
        .extracting(ChainTrust.Problem::kind)
        .containsExactly(ChainTrust.Kind.EXPIRED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
  void anAddressIsNotSentAsAServerName(String address) throws Exception {
    int port =
        serveTls(
            Certificates.valid()
                .subject("CN=server")
                .addSanIpAddress(address)
                .buildIssuedBy(issuing));

    assertThat(check(probe(port, host(address), Probe.Depth.TLS)).isAccepted()).isTrue();
    assertThat(asked.poll(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void aNameWithUnderscoresIsSentAsItIs() throws Exception {
    BlockingQueue<String> hello = new LinkedBlockingQueue<>();
    int port =
        serve(
            socket -> {
              byte[] bytes = new byte[4096];
              int length = socket.getInputStream().read(bytes);
              hello.add(new String(bytes, 0, length, US_ASCII));
            });

    probe(port, host("a_b-.old.example.com"), Probe.Depth.TLS);

    assertThat(hello.poll(10, TimeUnit.SECONDS)).contains("a_b-.old.example.com");
  }

  @Test
  void aServerThatWantsACertificateOfTheClientStillShowsItsOwn() throws Exception {
    X509Bundle server = Certificates.server("erp.old.example.com").buildIssuedBy(issuing);
    int port = serveTls(server, List.of("TLSv1.2"), true);

    ProbeReport report = probe(port, LEGACY, Probe.Depth.TLS);

    assertThat(failed(report).error()).isEqualTo(HandshakeError.ALERT);
    assertThat(check(report).isAccepted()).isTrue();
  }

  @Test
  void aServerThatSpeaksNoTlsIsToldFromOneThatHangsUp() throws Exception {
    int web =
        serve(
            socket -> {
              int _ = socket.getInputStream().read();
              socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
              socket.getOutputStream().flush();
              awaitEnd(socket);
            });
    ProbeReport.Handshake.Failed failed = failed(probe(web, LEGACY, Probe.Depth.TLS));
    assertThat(failed.error()).isEqualTo(HandshakeError.NO_TLS);
    assertThat(failed.details()).isEqualTo("the server does not speak TLS");
    assertThat(failed.certificate()).isNull();

    int greeting =
        serve(
            socket -> {
              socket.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(US_ASCII));
              awaitEnd(socket);
            });
    assertThat(failed(probe(greeting, LEGACY, Probe.Depth.TLS)).error())
        .isEqualTo(HandshakeError.NO_TLS);
  }

  @Test
  void aServerThatEndsTheConnectionIsReported() throws Exception {
    int port =
        serve(
            socket -> {
              socket.shutdownOutput();
              awaitEnd(socket);
            });

    ProbeReport.Handshake.Failed failed = failed(probe(port, LEGACY, Probe.Depth.TLS));

    assertThat(failed.error()).isEqualTo(HandshakeError.CLOSED);
    assertThat(failed.details()).isEqualTo("the server ended the connection during the handshake");
  }

  @Test
  void aServerThatResetsIsReported() throws Exception {
    int port =
        serve(
            socket -> {
              int _ = socket.getInputStream().read();
              socket.setSoLinger(true, 0);
            });

    assertThat(failed(probe(port, LEGACY, Probe.Depth.TLS)).error())
        .isEqualTo(HandshakeError.RESET);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws Exception {
    int port = serve(ProberTest::awaitEnd);

    ProbeReport.Handshake.Failed failed =
        failed(prober(OPTIONS, SHORT).probe(probe(target(port), Probe.Depth.TLS)));

    assertThat(failed.error()).isEqualTo(HandshakeError.TIMEOUT);
    assertThat(failed.details()).isEqualTo("the handshake was not over after 300 ms");
    assertThat(failed.took()).isBetween(SHORT, Duration.ofSeconds(20));
  }

  @Test
  void aBrokenHandshakeIsReported() throws Exception {
    byte[] nonsense = {22, 3, 3, 0, 4, 77, 0, 0, 0};
    int port =
        serve(
            socket -> {
              socket.getOutputStream().write(nonsense);
              awaitEnd(socket);
            });

    ProbeReport.Handshake.Failed failed = failed(probe(port, LEGACY, Probe.Depth.TLS));

    assertThat(failed.error()).isEqualTo(HandshakeError.UNUSABLE);
    assertThat(failed.details()).isNotBlank();
  }

  @Test
  void aHugeCertificateIsRefusedAndNotTakenIn() throws Exception {
    String[] names = new String[10_000];
    for (int i = 0; i < names.length; i++) {
      names[i] = "host-" + i + ".old.example.com";
    }
    int port = serveTls(Certificates.server(names).buildIssuedBy(issuing));

    assertThat(failed(probe(port, LEGACY, Probe.Depth.TLS)).error())
        .isEqualTo(HandshakeError.UNUSABLE);
  }

  @Test
  void aNameThatDoesNotExistEndsTheProbe() throws Exception {
    ScriptedDnsServer dns = keep(ScriptedDnsServer.start());
    Prober prober =
        prober(
            Configurations.open().with(ConfigurationKey.RESOLVER_SERVERS, List.of(dns.address())),
            SHORT);

    ProbeReport report =
        prober.probe(probe(new HostPort(host("no.example.com"), 443), Probe.Depth.TLS));

    assertThat(answer(report))
        .isEqualTo(
            new Resolution.Unresolved(DialError.DNS_ERROR, "the host does not exist", "NXDOMAIN"));
    assertThat(report.connection()).isNull();
    assertThat(report.handshake()).isNull();
  }

  @Test
  void dnsIsAskedAsTheProxyAsksIt() throws Exception {
    ScriptedDnsServer dns = keep(ScriptedDnsServer.start());
    dns.answer("erp.example.com", "127.0.0.9", "127.0.0.8");
    Prober prober =
        prober(
            Configurations.open().with(ConfigurationKey.RESOLVER_SERVERS, List.of(dns.address())),
            SHORT);

    Resolution answer =
        answer(
            prober.probe(probe(new HostPort(host("erp.example.com"), 443), Probe.Depth.RESOLVE)));

    assertThat(answer)
        .isEqualTo(
            new Resolution.Addresses(
                List.of(InetAddress.ofLiteral("127.0.0.9"), InetAddress.ofLiteral("127.0.0.8"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "app.localhost", "127.0.0.1", "::1"})
  void reservedNamesAndAddressesNeedNoServer(String name) throws Exception {
    Resolution answer =
        answer(
            prober(OPTIONS, SHORT)
                .probe(probe(new HostPort(host(name), 443), Probe.Depth.RESOLVE)));
    assertThat(answer).isInstanceOf(Resolution.Addresses.class);
  }

  @Test
  void aRefusedConnectionIsReportedWithItsToken() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      closed = socket.getLocalPort();
    }

    ProbeReport report = probe(closed, LEGACY, Probe.Depth.TLS);

    assertThat(report.connection())
        .isInstanceOfSatisfying(
            ProbeReport.Connection.Failed.class,
            failed -> assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED));
    assertThat(report.handshake()).isNull();
  }

  @Test
  void anAddressThatDoesNotAnswerIsGivenUp() throws Exception {
    DeafListener deaf = keep(DeafListener.start());
    ProbeReport report =
        prober(OPTIONS.with(ConfigurationKey.TIMEOUT_CONNECT, SHORT), SHORT)
            .probe(probe(target(deaf.port()), Probe.Depth.CONNECT));

    assertThat(report.connection())
        .isInstanceOfSatisfying(
            ProbeReport.Connection.Failed.class,
            failed -> assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT));
  }

  @Test
  void aConnectionAloneIsClosedAtOnceAndSendsNothing() throws Exception {
    BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    int port = serve(socket -> read.add(socket.getInputStream().read()));

    ProbeReport report = probe(port, LEGACY, Probe.Depth.CONNECT);

    assertThat(report.connection()).isInstanceOf(ProbeReport.Connection.Made.class);
    assertThat(report.handshake()).isNull();
    assertThat(read.poll(10, TimeUnit.SECONDS)).isEqualTo(-1);
  }

  @Test
  void severalAreProbedAtOnceAndEachOnce() throws Exception {
    int port = serveTls(Certificates.server("*.old.example.com").buildIssuedBy(issuing));
    int deaf = serve(ProberTest::awaitEnd);
    Probe good = probe(target(port), Probe.Depth.TLS);
    Probe silent = probe(target(deaf), Probe.Depth.TLS);

    Map<Probe, ProbeReport> reports =
        prober(OPTIONS, SHORT).probeAll(List.of(silent, good, good), Duration.ofSeconds(30));

    assertThat(reports.keySet()).containsExactly(silent, good);
    assertThat(reports.get(good)).matches(ProbeReport::isGood);
    assertThat(reports.get(silent)).matches(report -> !report.isGood());
    assertThat(asked).hasSize(1);
  }

  @Test
  void aProbeThatIsNotOverInTimeHasNoReport() throws Exception {
    int deaf = serve(ProberTest::awaitEnd);
    Prober prober = prober(OPTIONS, Duration.ofSeconds(60));

    assertThat(prober.probeAll(List.of(probe(target(deaf), Probe.Depth.TLS)), SHORT)).isEmpty();
    assertThat(prober.probeAll(List.of(), SHORT)).isEmpty();
  }

  @Test
  void aTargetBehindAParentIsProbedThroughIt() throws Exception {
    int port = serveTls(Certificates.server("*.old.example.com").buildIssuedBy(issuing));
    int proxy = serve(connection -> relay(connection, port));
    Parent parent = Parent.parse("http://127.0.0.1:" + proxy).orElseThrow();
    Prober prober =
        prober(
            Configurations.open().with(ConfigurationKey.PARENTS, Map.of("dc", parent)),
            Duration.ofSeconds(20));

    ProbeReport report =
        prober.probe(new Probe(target(443), "dc", Set.of(), LEGACY, Probe.Depth.TLS));
    ProbeReport unknown =
        prober.probe(new Probe(target(443), "no", Set.of(), LEGACY, Probe.Depth.TLS));

    assertThat(report.lookup()).isNull();
    assertThat(report.isGood()).isTrue();
    assertThat(ProbeText.of(report).subList(0, 2))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("resolve not here: a parent proxy does it"),
            line ->
                assertThat(line)
                    .startsWith(
                        "connect 127.0.0.1:" + proxy + ", the parent proxy, connects it after "));
    assertThat(unknown.isGood()).isFalse();
    assertThat(ProbeText.of(unknown).getLast())
        .contains("there is no parent proxy of this name (proxy_configuration_error)");
  }

  /** A proxy that leads everything to one port. */
  private static void relay(Socket client, int port) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) client.getInputStream().read());
    }
    try (Socket upstream = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
      Thread down =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      upstream.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException e) {
                      // The prober has closed; the other direction ends with it.
                    }
                  });
      client.getInputStream().transferTo(upstream.getOutputStream());
      upstream.shutdownOutput();
      down.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ProbeReport probe(int port, Host legacyName, Probe.Depth depth) throws Exception {
    return prober(OPTIONS, Duration.ofSeconds(20))
        .probe(new Probe(target(port), null, Set.of(), legacyName, depth));
  }

  private static Probe probe(HostPort target, Probe.Depth depth) {
    return new Probe(target, null, Set.of(), LEGACY, depth);
  }

  private static Resolution answer(ProbeReport report) {
    return Objects.requireNonNull(report.lookup()).answer();
  }

  private Prober prober(Configuration options, Duration handshakeTimeout) {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    return keep(
        new Prober(options.dialOptions(), Certificates.trusting(root), handshakeTimeout, clock));
  }

  private int serveTls(X509Bundle certificate) throws Exception {
    return serveTls(certificate, List.of("TLSv1.3", "TLSv1.2"), false);
  }

  private int serveTls(X509Bundle certificate, List<String> protocols, boolean wantsCertificate)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
    return serve(
        socket -> {
          SSLSocket tls =
              (SSLSocket)
                  context.getSocketFactory().createSocket(socket, null, socket.getPort(), false);
          tls.setUseClientMode(false);
          tls.setEnabledProtocols(protocols.toArray(String[]::new));
          tls.setNeedClientAuth(wantsCertificate);
          tls.startHandshake();
          asked.add(((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
          awaitEnd(tls);
        });
  }

  private int serve(TcpOrigin.Behaviour behaviour) throws IOException {
    return keep(TcpOrigin.start(behaviour)).port();
  }

  /** Until the prober closes. */
  private static void awaitEnd(Socket socket) throws IOException {
    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  private static CertificateCheck check(ProbeReport report) {
    return Objects.requireNonNull(Objects.requireNonNull(report.handshake()).certificate());
  }

  private static ProbeReport.Handshake.Failed failed(ProbeReport report) {
    return (ProbeReport.Handshake.Failed) Objects.requireNonNull(report.handshake());
  }

  private static HostPort target(int port) {
    return new HostPort(TARGET, port);
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }
}
