package io.detour;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.detour.config.ConfigurationKey;
import io.detour.server.log.AccessLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients that refuse the certificate of a rewritten tunnel are counted, and no others. */
@Timeout(60)
class SuspectedTlsRefusalTest {
  private static final int CURL_REFUSES = 60;
  private static final String REFUSALS = "detour_rule_suspected_tls_refusals_total";
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: good, match: { host: { exact: good.old.test } }, action: rewrite, to: new.test }
        - { name: bad, match: { host: { exact: bad.old.test } }, action: rewrite, to: new.test }
        - name: trial
          match: { host: { exact: trial.old.test } }
          action: rewrite
          to: new.test
          mode: report
        - { name: kept, match: { host: { exact: kept.old.test } }, action: pass }
      """;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private WireMockServer origin;

  @SuppressWarnings("NullAway.Init")
  private Path authority;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws Exception {
    IssuedCertificate certificate = IssuedCertificate.covering("good.old.test");
    authority = certificate.writeAuthority(folder);
    origin =
        new WireMockServer(
            options()
                .bindAddress("127.0.0.1")
                .jettyAcceptors(1)
                .port(0)
                .httpsPort(0)
                .keystorePath(certificate.writeKeyStore(folder).toString())
                .keystoreType("PKCS12")
                .keystorePassword(IssuedCertificate.PASSWORD)
                .keyManagerPassword(IssuedCertificate.PASSWORD));
    origin.start();
    origin.stubFor(get("/").willReturn(ok("short")));
    proxy = RunningServer.start(RULES);
    for (String name : new String[] {"new.test", "trial.old.test", "kept.old.test"}) {
      proxy.dns().answer(name, "127.0.0.1");
    }
  }

  @AfterEach
  void stop() {
    proxy.close();
    origin.stop();
  }

  @ParameterizedTest(name = "TLS {0}")
  @ValueSource(strings = {"1.2", "1.3"})
  void curlThatFindsAnotherNameIsCounted(String version) throws Exception {
    Tool.Ended ended =
        curl("--tls-max", version, "--cacert", authority.toString(), https("bad.old.test"));

    assertThat(ended.status()).as(ended.printed()).isEqualTo(CURL_REFUSES);
    assertOneRefusal("bad");
  }

  @ParameterizedTest(name = "TLS {0}")
  @ValueSource(strings = {"1.2", "1.3"})
  void curlThatTrustsNobodyIsCounted(String version) throws Exception {
    Tool.Ended ended = curl("--tls-max", version, https("good.old.test"));

    assertThat(ended.status()).as(ended.printed()).isEqualTo(CURL_REFUSES);
    assertOneRefusal("good");
  }

  @Test
  void itsClientIsInTheLogHoweverOftenTheRuleIsUsed() throws Exception {
    proxy.close();
    proxy =
        RunningServer.start(
            RULES, options -> options.with(ConfigurationKey.LOG_USES_PER_MINUTE, 1));
    proxy.dns().answer("new.test", "127.0.0.1");
    String page = https("good.old.test");

    assertThat(curl("--cacert", authority.toString(), page).status()).isZero();
    assertThat(curl("--cacert", authority.toString(), page).status()).isZero();
    assertThat(curl(page).status()).isEqualTo(CURL_REFUSES);

    await()
        .untilAsserted(
            () ->
                assertThat(proxy.log().lines(AccessLog.CLOSE))
                    .filteredOn(line -> line.containsKey("suspected_tls_refusal"))
                    .singleElement()
                    .satisfies(
                        line ->
                            assertThat(line)
                                .containsEntry("client", "127.0.0.1")
                                .containsEntry("rule", "good")));
  }

  @ParameterizedTest(name = "TLS {0}")
  @ValueSource(strings = {"1.2", "1.3"})
  void curlThatGetsItsPageIsNot(String version) throws Exception {
    Tool.Ended ended =
        curl("--tls-max", version, "--cacert", authority.toString(), https("good.old.test"));

    assertThat(ended).isEqualTo(new Tool.Ended(0, "short"));
    assertNoRefusal();
  }

  @Test
  void aShortPlainExchangeIsNot() throws Exception {
    String page = "http://good.old.test:" + origin.port() + "/";

    assertThat(curl("--proxytunnel", page)).isEqualTo(new Tool.Ended(0, "short"));
    assertNoRefusal();
  }

  @ParameterizedTest
  @ValueSource(strings = {"trial.old.test", "kept.old.test"})
  void whoWasNotLedElsewhereIsNot(String host) throws Exception {
    assertThat(curl("--cacert", authority.toString(), https(host)).status())
        .isEqualTo(CURL_REFUSES);
    assertNoRefusal();
  }

  @Test
  void anUpstreamHostThatEndsTheTunnelIsNot() throws Exception {
    byte[] flight = new byte[900];
    try (TcpOrigin ending =
        TcpOrigin.start(
            connection -> {
              connection.getInputStream().readNBytes(300);
              connection.getOutputStream().write(flight);
            })) {
      try (RawClient client = proxy.client()) {
        assertThat(client.tunnel("good.old.test:" + ending.port()).status()).isEqualTo(200);
        client.send("h".repeat(300));
        assertThat(client.rest()).hasSize(flight.length);
      }
    }
    assertNoRefusal();
  }

  private String https(String host) {
    return "https://" + host + ":" + origin.httpsPort() + "/";
  }

  private Tool.Ended curl(String... arguments) throws Exception {
    String[] common = {
      "--disable", "--silent", "--show-error", "--noproxy", "", "--proxy", proxy.authority()
    };
    return Tool.ofPackage("curl", "curl")
        .end(folder, Stream.concat(Stream.of(common), Stream.of(arguments)).toArray(String[]::new));
  }

  private void assertOneRefusal(String rule) throws IOException {
    await().until(() -> proxy.metric("detour_tunnels_total") == 1);
    await().until(() -> proxy.metric(REFUSALS) == 1);
    assertThat(proxy.metric(REFUSALS, "rule=\"" + rule + "\"")).isEqualTo(1);
  }

  private void assertNoRefusal() throws IOException {
    await().until(() -> proxy.metric("detour_rule_bytes_total") > 0); // Counted last.
    assertThat(proxy.metric(REFUSALS)).isZero();
  }
}
