package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.Host;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DemoOriginTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int TIMEOUT_MILLIS = 10_000;

  @SuppressWarnings("NullAway.Init")
  private static DemoOrigin origin;

  @BeforeAll
  static void start() throws Exception {
    origin = DemoOrigin.start(DemoOrigin.OLD_HOST, 0, 0);
  }

  @AfterAll
  static void stop() {
    origin.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "erp.old.example.com",
        "wiki.old.example.com",
        "sso.old.example.com",
        "app-web-1.corp.oldco.net",
        "erp.new.example.com",
        "web1.apps.new.example.com"
      })
  void theCertificateCoversTheNamesOfTheDemo(String name) throws Exception {
    assertThat(overTls(name))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("This is the new host.\n", "asked for: " + name + ":8443\n", "transport: TLS\n");
  }

  @Test
  void theCertificateCoversNoOtherName() {
    assertThatThrownBy(() -> overTls("www.example.net")).isInstanceOf(SSLException.class);
  }

  @Test
  void plainHttpSaysSo() throws IOException {
    assertThat(plain("GET /any/path HTTP/1.1", "Host: Wiki.Old.Example.com:8080"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("asked for: wiki.old.example.com:8080\n", "transport: plain\n")
        .containsIgnoringCase("\r\ncontent-type: text/plain\r\n");
  }

  @Test
  void theOldHostSaysSo() throws IOException {
    try (Socket socket = new Socket(DemoOrigin.OLD_HOST, origin.httpPort())) {
      assertThat(exchange(socket, "GET / HTTP/1.1", "Host: sso.old.example.com"))
          .contains("This is the old host.\n", "asked for: sso.old.example.com\n");
    }
  }

  @Test
  void whereThereIsOneLoopbackAddressTheOldHostHasOtherPorts() throws Exception {
    InetAddress elsewhere = InetAddress.ofLiteral("192.0.2.1");
    try (DemoOrigin alone = DemoOrigin.start(elsewhere, 0, 0)) {
      assertThat(alone.hosts().values()).containsOnly(List.of(LOOPBACK));
      assertThat(
              Set.of(
                  alone.httpPort(), alone.oldHttpPort(), alone.httpsPort(), alone.oldHttpsPort()))
          .hasSize(4)
          .allMatch(alone.ports()::contains);
      assertThat(saidBy(alone.httpPort())).contains("This is the new host.\n");
      assertThat(saidBy(alone.oldHttpPort())).contains("This is the old host.\n");
      assertThat(new DemoBanner("127.0.0.1:1", "127.0.0.1:2", alone).text())
          .contains("https://sso.old.example.com:" + alone.oldHttpsPort() + "/")
          .contains("https://erp.old.example.com:" + alone.httpsPort() + "/");
    }
  }

  private static String saidBy(int port) throws IOException {
    try (Socket socket = new Socket(LOOPBACK, port)) {
      return exchange(socket, "GET / HTTP/1.1", "Host: sso.old.example.com");
    }
  }

  @Test
  void aCertificateThatCannotBeDeletedIsNoFailureOfTheEnd() throws Exception {
    DemoOrigin ending = DemoOrigin.start(DemoOrigin.OLD_HOST, 0, 0);
    Path folder = Objects.requireNonNull(ending.certificateAuthority().getParent());
    Path other = Files.createFile(folder.resolve("other"));

    assertThatCode(ending::close).doesNotThrowAnyException();

    assertThat(folder).exists();
    Files.delete(other);
    Files.delete(folder);
  }

  @Test
  void headHasNoBodyAndOtherMethodsAreRefused() throws IOException {
    assertThat(plain("HEAD / HTTP/1.1", "Host: a"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("\r\n\r\n");
    assertThat(plain("DELETE / HTTP/1.1", "Host: a"))
        .startsWith("HTTP/1.1 405 ")
        .containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <script>alert(1)</script> | (host has a character
          a:b:c                     | (port is not a number
          a:99999                   | (port is not a number
          """)
  void aHostileHostIsNotEchoed(String host, String said) throws IOException {
    assertThat(plain("GET / HTTP/1.1", "Host: " + host)).contains("asked for: " + said);
    assertThat(plain("GET / HTTP/1.1", "Host: " + host)).doesNotContain(host);
  }

  @Test
  void takenPortsAreReplacedByFreeOnes() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
        DemoOrigin other =
            DemoOrigin.start(DemoOrigin.OLD_HOST, taken.getLocalPort(), origin.httpsPort())) {
      assertThat(List.of(other.httpPort(), other.httpsPort()))
          .doesNotContain(taken.getLocalPort(), origin.httpsPort())
          .allMatch(port -> port > 0);
    }
  }

  @Test
  void theAuthorityIsAPemFileThatCloseDeletes() throws Exception {
    Path file;
    try (DemoOrigin other = DemoOrigin.start(DemoOrigin.OLD_HOST, 0, 0)) {
      file = other.certificateAuthority();
      assertThat(file).content().startsWith("-----BEGIN CERTIFICATE-----");
      assertThat(file.getParent()).isDirectoryNotContaining(in -> !in.equals(file));
      assertThat(Files.getPosixFilePermissions(file.getParent()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
    assertThat(file.getParent()).doesNotExist();
  }

  @Test
  void theNewNamesAreOnThisMachineAndTheDeadOneIsNowhere() {
    assertThat(origin.hosts())
        .containsEntry(host("erp.new.example.com"), List.of(LOOPBACK))
        .containsEntry(host("wiki.new.example.com"), List.of(LOOPBACK))
        .containsEntry(host("web1.apps.new.example.com"), List.of(LOOPBACK))
        .containsEntry(host("sso.old.example.com"), List.of(DemoOrigin.OLD_HOST))
        .containsEntry(host("files.corp.oldco.net"), List.of(DemoOrigin.OLD_HOST))
        .doesNotContainKey(host("erp.old.example.com"))
        .doesNotContainKey(host("dead.example.com"));
  }

  @Test
  void theBannerHasACurlLineForEachWay() {
    String text = new DemoBanner("127.0.0.1:3128", "127.0.0.1:3129", origin).text();
    String secure =
        "  curl --proxy http://127.0.0.1:3128 --cacert " + origin.certificateAuthority() + " ";
    int https = origin.httpsPort();
    List<String> commands = text.lines().filter(line -> line.startsWith("  curl ")).toList();
    assertThat(commands)
        .containsExactly(
            secure + "https://erp.old.example.com:" + https + "/",
            "  curl --proxy http://127.0.0.1:3128 http://wiki.old.example.com:"
                + origin.httpPort()
                + "/",
            secure + "https://app-web-1.corp.oldco.net:" + https + "/",
            secure + "https://sso.old.example.com:" + https + "/",
            secure + "https://dead.example.com:" + https + "/",
            "  curl --proxy http://127.0.0.1:3128 http://dead.example.com:"
                + origin.httpPort()
                + "/",
            "  curl -s http://127.0.0.1:3129/metrics | grep detour_rule_matches_total");
    assertThat(text).endsWith("\n").doesNotContain("%");
  }

  private String plain(String... lines) throws IOException {
    try (Socket socket = new Socket(LOOPBACK, origin.httpPort())) {
      return exchange(socket, lines);
    }
  }

  /** Checks the certificate against the name, as a client behind a rewriting proxy does. */
  private String overTls(String name) throws Exception {
    try (Socket socket = new Socket(LOOPBACK, origin.httpsPort());
        SSLSocket tls =
            (SSLSocket)
                trustingTheDemo().getSocketFactory().createSocket(socket, name, 8443, true)) {
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      return exchange(tls, "GET / HTTP/1.1", "Host: " + name + ":8443");
    }
  }

  private static String exchange(Socket socket, String... lines) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }

  private SSLContext trustingTheDemo() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(origin.certificateAuthority())) {
      store.setCertificateEntry(
          "demo", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }
}
