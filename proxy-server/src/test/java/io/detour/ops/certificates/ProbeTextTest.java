package io.detour.ops.certificates;

import static io.detour.ops.certificates.Certificates.NOW;
import static io.detour.ops.certificates.Certificates.chain;
import static io.detour.ops.certificates.Certificates.trusting;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.ProbeReport.HandshakeError;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What people and scripts are shown. */
class ProbeTextTest {
  private static final Host LEGACY = Host.parse("erp.old.example.com").orElseThrow();
  private static final Probe PROBE =
      new Probe(
          HostPort.parse("erp.new.example.com:443").orElseThrow(),
          null,
          Set.of(),
          LEGACY,
          Probe.Depth.TLS);
  private static final InetAddress FIRST = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress SECOND = InetAddress.ofLiteral("2001:db8::2");
  private static final Duration TOOK = Duration.ofMillis(7);
  private static final ProbeReport.Lookup FOUND =
      new ProbeReport.Lookup(new Resolution.Addresses(List.of(FIRST, SECOND)), TOOK);
  private static final ProbeReport.Connection CONNECTED =
      new ProbeReport.Connection.Made(new InetSocketAddress(SECOND, 443), 2, TOOK);

  private static X509Bundle root;

  @BeforeAll
  static void issue() throws Exception {
    root = Certificates.root("Root");
  }

  @Test
  void everyStepHasItsLine() throws Exception {
    X509Bundle server = Certificates.server("*.old.example.com", "a.example").buildIssuedBy(root);

    assertThat(ProbeText.of(report(made(chain(server)))))
        .containsExactly(
            "resolve 192.0.2.1, 2001:db8::2 after 7 ms",
            "connect [2001:db8::2]:443 answers after 7 ms, the last of 2 addresses tried",
            "tls     TLSv1.3, TLS_AES_128_GCM_SHA256 after 7 ms",
            "names   covers erp.old.example.com: yes (it covers: *.old.example.com, a.example)",
            "trust   trusted, by \"CN=Root,O=Old Co\"",
            "expires 2027-02-19T12:01:00Z, 90 days left",
            "chain   \"CN=server\" issued by \"CN=Root,O=Old Co\", valid until"
                + " 2027-02-19T12:01:00Z, EC 256, SHA256withECDSA");
  }

  @Test
  void jsonHasTheSameFacts() throws Exception {
    X509Bundle server =
        Certificates.server("erp.new.example.com")
            .notAfter(NOW.minusSeconds(1))
            .buildIssuedBy(root);

    JsonNode json = json(report(made(chain(server))));

    assertThat(json.at("/good").asBoolean()).isFalse();
    assertThat(json.at("/resolve/addresses/1").asString()).isEqualTo("2001:db8::2");
    assertThat(json.at("/connect/attempts").asInt()).isEqualTo(2);
    assertThat(json.at("/tls/ms").asInt()).isEqualTo(7);
    JsonNode certificate = json.at("/tls/certificate");
    assertThat(certificate.at("/covers_legacy_name").asBoolean()).isFalse();
    assertThat(certificate.at("/trusted").asBoolean()).isFalse();
    assertThat(certificate.at("/root").asString()).isEqualTo("CN=Root,O=Old Co");
    assertThat(certificate.at("/problems/0/kind").asString()).isEqualTo("expired");
    assertThat(certificate.at("/names/0").asString()).isEqualTo("erp.new.example.com");
    assertThat(certificate.at("/days_left").asInt()).isEqualTo(-1);
    assertThat(certificate.at("/chain/0/key").asString()).isEqualTo("EC 256");
  }

  @Test
  void failuresAreSaidWithTheirTokens() {
    ProbeReport.Lookup unknown =
        new ProbeReport.Lookup(
            new Resolution.Unresolved(DialError.DNS_ERROR, "the host does not exist", "NXDOMAIN"),
            TOOK);
    ProbeReport noName = new ProbeReport(PROBE, unknown, null, null);
    assertThat(ProbeText.of(noName))
        .containsExactly("resolve the host does not exist (dns_error, NXDOMAIN) after 7 ms");
    assertThat(json(noName).toString())
        .isEqualTo(
            "{\"good\":false,\"resolve\":{\"error\":\"dns_error\","
                + "\"details\":\"the host does not exist\",\"rcode\":\"NXDOMAIN\",\"ms\":7},"
                + "\"connect\":null,\"tls\":null}");

    DialError refused = DialError.CONNECTION_REFUSED;
    ProbeReport.Connection failed =
        new ProbeReport.Connection.Failed(refused, refused.details(), null, 1, TOOK);
    assertThat(ProbeText.of(new ProbeReport(PROBE, FOUND, failed, null)))
        .endsWith("connect the target refused the connection (connection_refused) after 7 ms");

    ProbeReport noTls =
        report(
            new ProbeReport.Handshake.Failed(
                HandshakeError.NO_TLS, "the server does not speak TLS", null, TOOK));
    assertThat(ProbeText.of(noTls))
        .endsWith("tls     the server does not speak TLS (no_tls) after 7 ms");
    assertThat(json(noTls).at("/tls").toString())
        .isEqualTo(
            "{\"error\":\"no_tls\",\"details\":\"the server does not speak TLS\","
                + "\"certificate\":null,\"ms\":7}");
  }

  @Test
  void manyNamesAreCounted() throws Exception {
    String[] names = new String[10_000];
    for (int i = 0; i < names.length; i++) {
      names[i] = "h" + i + ".example";
    }
    X509Bundle server = Certificates.server(names).buildIssuedBy(root);

    assertThat(line("names", ProbeText.of(report(made(chain(server))))))
        .isEqualTo(
            "names   covers erp.old.example.com: no (it covers: h0.example, h1.example, h2.example,"
                + " h3.example, h4.example, h5.example, h6.example, h7.example, h8.example,"
                + " h9.example and 9990 more)");
  }

  @Test
  void theNameThatCoversIsShownThoughItIsTheLastOfMany() throws Exception {
    String[] names = new String[20];
    for (int i = 0; i < names.length; i++) {
      names[i] = i == 19 ? "*.old.example.com" : "h" + i + ".example";
    }
    X509Bundle server = Certificates.server(names).buildIssuedBy(root);

    assertThat(line("names", ProbeText.of(report(made(chain(server))))))
        .startsWith(
            "names   covers erp.old.example.com: yes (it covers: *.old.example.com, h0.example,")
        .endsWith("h8.example and 10 more)");
  }

  @Test
  @DisplayName("A08 a hostile certificate stays on its lines and colours no terminal")
  void aHostileCertificateStaysOnItsLines() throws Exception {
    X509Bundle hostile =
        Certificates.selfSigned(
            Certificates.server(
                    "a\r\ntrust   trusted, by \"CN=Root\"",
                    "\u001b[2J\u0000",
                    "x".repeat(5_000),
                    "*.\u007f")
                .subject("CN=a\\0D\\0Atrust   trusted\\1B[2J,O=\\E2\\80\\AEevil"));

    List<String> lines = ProbeText.of(report(made(chain(hostile))));

    assertThat(lines).allMatch(line -> line.matches("[\\x20-\\x7e]+") && line.length() < 2_000);
    assertThat(lines).filteredOn(line -> line.startsWith("trust")).hasSize(1);
    assertThat(line("trust", lines)).startsWith("trust   not trusted: ");
  }

  private static String line(String label, List<String> lines) {
    return lines.stream().filter(line -> line.startsWith(label)).findFirst().orElseThrow();
  }

  private static ProbeReport.Handshake made(List<X509Certificate> sent) {
    CertificateCheck check = CertificateCheck.of(sent, LEGACY, trusting(root), NOW);
    return new ProbeReport.Handshake.Made("TLSv1.3", "TLS_AES_128_GCM_SHA256", check, TOOK);
  }

  private static ProbeReport report(ProbeReport.@Nullable Handshake handshake) {
    return new ProbeReport(PROBE, FOUND, CONNECTED, handshake);
  }

  private static JsonNode json(ProbeReport report) {
    ObjectNode object = JsonMapper.builder().build().createObjectNode();
    ProbeJson.write(report, object);
    return object;
  }
}
