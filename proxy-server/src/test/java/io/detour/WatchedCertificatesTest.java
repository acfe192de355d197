package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.rules.Mode;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a running server says of the certificates of its targets. */
@Timeout(60)
class WatchedCertificatesTest {
  private static final Duration OFTEN = Duration.ofMillis(200);
  private static final String EXPIRY = "detour_rule_target_certificate_expiry_timestamp_seconds";
  private static final String COVERS = "detour_rule_target_certificate_covers_legacy_name";
  private static final String CHECKS = "detour_certificate_checks_total";

  @TempDir private Path folder;

  @Test
  void metricsAndTheRulesPageSayWhatIsKnown() throws Exception {
    Instant end = Instant.now().plus(Duration.ofDays(40)).truncatedTo(ChronoUnit.SECONDS);
    try (TlsTarget good = TlsTarget.showing(IssuedCertificate.until(end, "erp.old.test"));
        TlsTarget other = TlsTarget.covering("erp.new.test");
        ReloadingServer server = watching(rules(good.authority(), other.authority()))) {
      RunningServer proxy = server.server();
      await().until(() -> proxy.metric(EXPIRY, "target=\"1\"") > 0);
      await().until(() -> proxy.metric(EXPIRY, "target=\"0\"") > 0);
      await().until(() -> proxy.metric(CHECKS, "result=\"unresolved\"") > 0);

      assertThat(proxy.metric(EXPIRY, "rule=\"erp\"", "target=\"0\""))
          .isEqualTo((double) end.getEpochSecond());
      assertThat(proxy.metric(COVERS, "rule=\"erp\"", "target=\"0\"")).isEqualTo(1);
      assertThat(proxy.metrics()).contains(COVERS + "{rule=\"erp\",target=\"1\"} 0.0");
      assertThat(proxy.metric(CHECKS, "result=\"name_mismatch\"")).isPositive();
      assertThat(proxy.metric(CHECKS, "result=\"untrusted\"")).isPositive();
      JsonNode targets = page(proxy, "/rules").at("/rules/0/targets");
      assertThat(targets.at("/0/certificate").propertyNames())
          .containsExactly("not_after", "covers_legacy_name", "checked", "problem");
      assertThat(
              OffsetDateTime.parse(targets.at("/0/certificate/not_after").asString()).toInstant())
          .isEqualTo(end);
      assertThat(targets.at("/0/certificate/covers_legacy_name").asBoolean()).isTrue();
      assertThat(targets.at("/1/certificate/covers_legacy_name").asBoolean()).isFalse();
      assertThat(targets.at("/1/certificate/problem").asString())
          .contains("does not cover erp.old.test");
      assertThat(targets.at("/2/certificate/not_after").isNull()).isTrue();
      assertThat(targets.at("/2/certificate/covers_legacy_name").isNull()).isTrue();
    }
  }

  @Test
  void aPrivateAuthorityIsTrustedIfTheConfigurationNamesIt() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.test")) {
      Path authority = target.writeAuthority(folder);
      try (ReloadingServer server =
          ReloadingServer.start(
              folder,
              rules(target.authority(), target.authority()),
              Mode.ENFORCE,
              options ->
                  options
                      .with(ConfigurationKey.CERTIFICATES_WATCH, OFTEN)
                      .with(ConfigurationKey.CERTIFICATES_TRUST, List.of(authority)))) {
        await().until(() -> server.server().metric(CHECKS, "result=\"good\"") > 0);
        assertThat(server.server().metric(CHECKS, "result=\"untrusted\"")).isZero();
      }
    }
  }

  @Test
  void aReloadTakesTheSeriesOfWhatIsGone() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.test");
        ReloadingServer server = watching(rules(target.authority(), "127.0.0.1:1"))) {
      await().until(() -> server.server().metric(EXPIRY) > 0);

      server.write(rules(target.authority(), "127.0.0.1:1").replace("name: erp", "name: renamed"));
      server.reload();
      assertThat(server.server().metrics()).doesNotContain("rule=\"erp\"");
      await().until(() -> server.server().metric(EXPIRY, "rule=\"renamed\"") > 0);

      server.write("version: 1\nrules: []\n");
      server.reload();
      assertThat(server.server().metrics()).doesNotContain(EXPIRY + "{", COVERS + "{");
    }
  }

  @Test
  void theNamesOfASuffixAreThoseThatClientsAskFor() throws Exception {
    try (TlsTarget target = TlsTarget.covering("a.old.test");
        ReloadingServer server =
            watching(
                """
                version: 1
                rules:
                  - name: zone
                    match: { host: { suffix: .old.test } }
                    action: rewrite
                    to: "%s"
                """
                    .formatted(target.authority()))) {
      RunningServer proxy = server.server();
      await()
          .until(
              () -> {
                try (RawClient client = proxy.client()) {
                  return client.tunnel("a.old.test:443").status() == 200;
                }
              });
      await()
          .until(
              () -> {
                try (RawClient client = proxy.client()) {
                  return client.tunnel("a.old.test:443").status() == 200
                      && proxy.metric(COVERS, "rule=\"zone\"") == 1;
                }
              });
      assertThat(proxy.metrics()).doesNotContain("a.old.test");
    }
  }

  @Test
  void nothingIsDialledWhenTheWatchIsOff() throws Exception {
    String rules;
    try (TlsTarget target = TlsTarget.covering("erp.old.test")) {
      rules = rules(target.authority(), target.authority());
      assertThat(Configurations.open().get(ConfigurationKey.CERTIFICATES_WATCH)).isZero();
      try (ReloadingServer off = ReloadingServer.start(folder, rules)) {
        off.reload();
        assertThat(off.server().metric(CHECKS)).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
            .extracting(Thread::getName)
            .doesNotContain("certificate-watch");
        assertThat(page(off.server(), "/rules").at("/rules/0/targets/0/certificate").isNull())
            .isTrue();
      }
      assertThat(target.origin().accepted()).isZero();
    }
  }

  private ReloadingServer watching(String rules) throws Exception {
    return ReloadingServer.start(
        folder,
        rules,
        Mode.ENFORCE,
        options -> options.with(ConfigurationKey.CERTIFICATES_WATCH, OFTEN));
  }

  private static String rules(String first, String second) {
    return """
    version: 1
    rules:
      - name: erp
        match: { host: { exact: erp.old.test } }
        action: rewrite
        targets: [{ to: "%s" }, { to: "%s" }, { to: unknown.invalid }]
    """
        .formatted(first, second);
  }

  private static JsonNode page(RunningServer proxy, String path) throws Exception {
    try (InputStream body =
        URI.create("http://" + proxy.adminAuthority() + path).toURL().openStream()) {
      return JsonMapper.shared().readTree(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
