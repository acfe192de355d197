package io.detour;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.detour.config.ConfigurationKey;
import io.detour.core.relay.RelayMode;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The main job: real clients ask for a legacy name over HTTPS and get the page from the new host,
 * whose certificate covers the legacy name only.
 */
@Timeout(60)
class RewrittenTunnelTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: erp
          match: { host: { exact: [erp.old.test] } }
          action: rewrite
          to: erp.new.test
          log: warn
      """;

  private static final String LEGACY = "erp.old.test";
  private static final String NEW = "erp.new.test";
  private static final String PAGE = "the page of the new host";
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private IssuedCertificate certificate;

  @SuppressWarnings("NullAway.Init")
  private WireMockServer origin;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws Exception {
    certificate = IssuedCertificate.covering(LEGACY);
    origin =
        new WireMockServer(
            options()
                .bindAddress("127.0.0.1")
                .jettyAcceptors(1)
                .httpDisabled(true)
                .httpsPort(0)
                .keystorePath(certificate.writeKeyStore(folder).toString())
                .keystoreType("PKCS12")
                .keystorePassword(IssuedCertificate.PASSWORD)
                .keyManagerPassword(IssuedCertificate.PASSWORD));
    origin.start();
    origin.stubFor(get("/page").willReturn(ok(PAGE)));
    proxy = RunningServer.start(RULES);
    proxy.dns().answer(NEW, "127.0.0.1");
  }

  @AfterEach
  void stop() {
    proxy.close();
    origin.stop();
  }

  @ParameterizedTest(name = "W08: curl {0} gets the page of the new host")
  @ValueSource(strings = {"--proxy", "--proxy1.0"})
  void curlGetsThePageOfTheNewHost(String option) throws Exception {
    Tool curl = Tool.ofPackage("curl", "curl");

    String body =
        curl.run(
            folder,
            "--disable",
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "",
            option,
            proxy.authority(),
            "--cacert",
            certificate.writeAuthority(folder).toString(),
            page(LEGACY));

    assertThat(body).isEqualTo(PAGE);
    assertTheUseIsLogged();
    assertTheTunnelIsCounted();
  }

  @Test
  @DisplayName("W08: Java's HttpClient verifies the legacy name against the new host's certificate")
  void javasHttpClientGetsThePageOfTheNewHost() throws Exception {
    try (HttpClient client = javaClient()) {
      HttpResponse<String> response = client.send(request(LEGACY), BodyHandlers.ofString());

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(PAGE);
      assertThat(response.sslSession().orElseThrow().getPeerHost()).isEqualTo(LEGACY);
    }
    assertTheUseIsLogged();
    assertTheTunnelIsCounted();
  }

  @Test
  void aNameThatTheCertificateDoesNotCoverStaysAnErrorOfTheClient() throws Exception {
    try (HttpClient client = javaClient()) {
      assertThatThrownBy(() -> client.send(request(NEW), BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
    }
    assertThat(proxy.log().uses()).isEmpty();
  }

  private HttpClient javaClient() throws Exception {
    return HttpClient.newBuilder()
        .proxy(ProxySelector.of(proxy.address()))
        .sslContext(certificate.trusting())
        .connectTimeout(DEADLINE)
        .build();
  }

  private HttpRequest request(String host) {
    return HttpRequest.newBuilder(URI.create(page(host))).timeout(DEADLINE).build();
  }

  private String page(String host) {
    return "https://" + host + ":" + origin.httpsPort() + "/page";
  }

  private void assertTheUseIsLogged() {
    assertThat(proxy.log().uses())
        .containsExactly(
            Map.of(
                "level",
                "WARN",
                "client",
                "127.0.0.1",
                "requested",
                LEGACY + ":" + origin.httpsPort(),
                "rule",
                "erp",
                "action",
                "rewrite",
                "mode",
                "enforce",
                "target",
                NEW + ":" + origin.httpsPort(),
                "attempts",
                "1",
                "status",
                "200"));
    assertThat(proxy.log().refusals()).isEmpty();
  }

  private void assertTheTunnelIsCounted() throws Exception {
    await().atMost(DEADLINE).until(() -> proxy.metric("detour_tunnels_total") == 1);
    assertThat(proxy.metric("detour_tunnel_closes_total")).isEqualTo(1);
    assertThat(proxy.metric("detour_tunnel_closes_total", "reason=\"error\"")).isZero();
    assertThat(proxy.metric("detour_tunnels_open")).isZero();
    assertThat(proxy.metric("detour_requests_total")).isEqualTo(1);
    assertThat(proxy.metric("detour_requests_total", "kind=\"connect\"", "code=\"200\""))
        .isEqualTo(1);
    assertThat(proxy.metric("detour_rule_matches_total", "rule=\"erp\"", "action=\"rewrite\""))
        .isEqualTo(1);
    assertThat(proxy.metric("detour_relayed_bytes_total", "direction=\"upstream\""))
        .isGreaterThan(0);
    assertThat(proxy.metric("detour_relayed_bytes_total", "direction=\"downstream\""))
        .isGreaterThan(PAGE.length());
  }

  @ParameterizedTest(name = "W08: the bytes of a rewritten tunnel are the same on both sides, {0}")
  @EnumSource(RelayMode.class)
  void theBytesOfATunnelAreTheSame(RelayMode mode) throws Exception {
    byte[] up = new byte[5 << 20];
    byte[] down = new byte[3 << 20];
    new Random(1).nextBytes(up);
    new Random(2).nextBytes(down);
    CompletableFuture<String> received = new CompletableFuture<>();
    try (TcpOrigin peer =
            TcpOrigin.start(
                connection -> {
                  received.complete(hash(connection.getInputStream().readNBytes(up.length)));
                  connection.getOutputStream().write(down);
                });
        RunningServer relaying =
            RunningServer.start(RULES, options -> options.with(ConfigurationKey.RELAY_MODE, mode));
        RawClient client = relaying.client()) {
      relaying.dns().answer(NEW, "127.0.0.1");
      assertThat(client.tunnel(LEGACY + ":" + peer.port()).status()).isEqualTo(200);
      client.send(up);

      assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(hash(up));
      assertThat(hash(client.input().readAllBytes())).isEqualTo(hash(down));
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
