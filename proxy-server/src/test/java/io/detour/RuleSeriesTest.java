package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The series of rules on the page of a running server, from load to removal. */
@Timeout(60)
class RuleSeriesTest {
  private static final String RULES =
      """
      version: 1
      defaults: { legacy_suffixes: [old.test, .corp.test] }
      rules:
        - name: erp
          match: { host: { exact: erp.old.test } }
          action: rewrite
          targets: [{ to: erp.new.test }, { to: original }]
          fallback_on: [dns_error, connection_refused]
          expires: 2027-03-31
        - name: wiki
          match: { host: { exact: wiki.old.test } }
          action: rewrite
          when: on_failure
          to: wiki.new.test
          fallback_on: dns_error
          mode: report
        - name: gone
          match: { host: { exact: gone.old.test } }
          action: reject
      """;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private ReloadingServer server;

  @BeforeEach
  void start() throws Exception {
    server = ReloadingServer.start(folder, RULES);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everySeriesIsThereAtZeroFromLoad() throws Exception {
    assertThat(series("detour_rule_matches_total"))
        .containsExactlyInAnyOrder(
            "{action=\"rewrite\",mode=\"enforce\",rule=\"erp\"} 0.0",
            "{action=\"rewrite\",mode=\"report\",rule=\"wiki\"} 0.0",
            "{action=\"reject\",mode=\"enforce\",rule=\"gone\"} 0.0");
    assertThat(series("detour_rule_target_connects_total"))
        .containsExactlyInAnyOrder(
            "{result=\"success\",rule=\"erp\",target=\"0\"} 0.0",
            "{result=\"failure\",rule=\"erp\",target=\"0\"} 0.0",
            "{result=\"success\",rule=\"erp\",target=\"1\"} 0.0",
            "{result=\"failure\",rule=\"erp\",target=\"1\"} 0.0",
            "{result=\"success\",rule=\"wiki\",target=\"asked\"} 0.0",
            "{result=\"failure\",rule=\"wiki\",target=\"asked\"} 0.0",
            "{result=\"success\",rule=\"wiki\",target=\"0\"} 0.0",
            "{result=\"failure\",rule=\"wiki\",target=\"0\"} 0.0");
    assertThat(series("detour_rule_fallbacks_total"))
        .containsExactlyInAnyOrder(
            "{error=\"dns_error\",rule=\"erp\"} 0.0",
            "{error=\"connection_refused\",rule=\"erp\"} 0.0",
            "{error=\"dns_error\",rule=\"wiki\"} 0.0");
    assertThat(series("detour_rule_suspected_tls_refusals_total"))
        .containsExactlyInAnyOrder("{rule=\"erp\"} 0.0", "{rule=\"wiki\"} 0.0");
    assertThat(series("detour_certificate_checks_total"))
        .hasSize(10)
        .allMatch(s -> s.endsWith("} 0.0"));
    assertThat(series("detour_unmatched_legacy_requests_total"))
        .containsExactlyInAnyOrder("{suffix=\"old.test\"} 0.0", "{suffix=\".corp.test\"} 0.0");
    long end =
        LocalDate.of(2027, 4, 1).atStartOfDay(ZoneId.systemDefault()).toInstant().getEpochSecond();
    assertThat(server.server().metric("detour_rule_expiry_timestamp_seconds"))
        .isEqualTo((double) end);
    assertThat(series("detour_rule_expiry_timestamp_seconds")).hasSize(1);
  }

  @Test
  void whatIsNoLongerInTheRulesHasNoSeries() throws Exception {
    assertThat(server.server().answer("gone.old.test:443")).isEqualTo("403");
    int erp = RULES.indexOf("  - name: erp");
    int gone = RULES.indexOf("  - name: gone");
    server.write(
        RULES.substring(0, erp).replace("old.test, .corp.test", "corp.test")
            + RULES.substring(gone));

    assertThat(server.reload().summary())
        .startsWith("1 rule in force: 2 removed (erp, wiki), defaults changed");

    String page = server.server().metrics();
    assertThat(page).doesNotContain("rule=\"erp\"", "rule=\"wiki\"", "suffix=\"old.test\"");
    assertThat(series("detour_rule_matches_total"))
        .containsExactly("{action=\"reject\",mode=\"enforce\",rule=\"gone\"} 1.0");
    assertThat(series("detour_unmatched_legacy_requests_total"))
        .containsExactly("{suffix=\"corp.test\"} 0.0");
  }

  @Test
  void promtoolFindsNothingToSay() throws Exception {
    Tool promtool = Tool.ofPackage("promtool", "prometheus");
    assertThat(server.server().answer("forgotten.old.test:443")).isEqualTo("502");
    Path page = Files.writeString(folder.resolve("page"), server.server().metrics());

    assertThat(promtool.runReading(page, folder, "check", "metrics")).isEmpty();
  }

  private List<String> series(String name) throws Exception {
    return server
        .server()
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name + '{'))
        .map(line -> line.substring(name.length()))
        .toList();
  }
}
