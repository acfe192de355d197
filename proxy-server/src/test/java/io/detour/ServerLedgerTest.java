package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.ops.ledger.LedgerReading;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.ops.ledger.ReportQuery;
import io.detour.rules.Mode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server and its ledger. */
class ServerLedgerTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: first, match: { host: { exact: a.test } }, action: reject }
        - { name: sleeping, mode: off, match: { host: { exact: b.test } }, action: reject }
      """;

  @TempDir private Path folder;

  private LedgerUrl url() {
    return new LedgerUrl.Sqlite(folder.resolve("state").resolve("ledger.db"));
  }

  private List<String> observed() {
    ReportQuery query = new ReportQuery(Duration.ofDays(1), Instant.now(), false, null);
    try (LedgerReading reading = LedgerReading.open(url())) {
      return reading.report(query).rules().stream().map(RuleReport::name).toList();
    } catch (SQLException e) {
      return List.of(); // not there yet
    }
  }

  @Test
  void theRulesInForceAreObservedFromTheStartAndAfterAReload() throws Exception {
    try (ReloadingServer running =
        ReloadingServer.start(
            folder,
            RULES,
            Mode.ENFORCE,
            options -> options.with(ConfigurationKey.LEDGER_URL, url()))) {
      await().atMost(Duration.ofSeconds(30)).until(() -> observed().equals(List.of("first")));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> running.server().metrics().contains("detour_ledger_up 1.0\n"));
      assertThat(running.server().metric("detour_ledger_writes_total", "result=\"success\""))
          .isPositive();
      assertThat(running.server().metrics()).contains("detour_ledger_queue_limit 125000.0\n");

      running.write(RULES.replace("mode: off, ", ""));
      running.reload();
    }

    assertThat(observed()).as("a close writes everything").containsExactly("first", "sleeping");
  }

  @Test
  void aLegacyNameWithoutARuleIsInTheLedger() throws Exception {
    String rules = RULES + "defaults: { legacy_suffixes: [old.test] }\n";
    try (TcpOrigin asked = TcpOrigin.saying("asked");
        RunningServer server =
            RunningServer.start(
                rules, options -> options.with(ConfigurationKey.LEDGER_URL, url()))) {
      server.dns().answer("forgotten.old.test", "127.0.0.1");
      assertThat(server.answer("forgotten.old.test:" + asked.port())).isEqualTo("asked");
      assertThat(server.answer("gone.old.test:" + asked.port())).isEqualTo("502");
      server.dns().answer("other.test", "127.0.0.1");
      assertThat(server.answer("other.test:" + asked.port())).isEqualTo("asked");
    }

    ReportQuery query = new ReportQuery(Duration.ofDays(1), Instant.now(), false, null);
    try (LedgerReading reading = LedgerReading.open(url())) {
      assertThat(reading.report(query).entries())
          .extracting(UseReport::rule, UseReport::suffix, UseReport::host, UseReport::client)
          .containsExactlyInAnyOrder(
              tuple(null, "old.test", "forgotten.old.test", "127.0.0.1"),
              tuple(null, "old.test", "gone.old.test", "127.0.0.1"));
      assertThat(reading.unmatched(query).getFirst().downstreamBytes()).isPositive();
      assertThat(reading.rules(query)).extracting(RuleReport::name).containsExactly("first");
    }
  }

  @Test
  @Tag("Q23")
  void anAddressOfALegacyNetworkWithoutARuleIsInTheLedger() throws Exception {
    String rules = RULES + "defaults: { legacy_networks: [127.0.0.0/8, '2001:db8::/32'] }\n";
    try (TcpOrigin asked = TcpOrigin.saying("asked");
        RunningServer server =
            RunningServer.start(
                rules, options -> options.with(ConfigurationKey.LEDGER_URL, url()))) {
      server.dns().answer("named.test", "127.0.0.1");
      assertThat(server.answer("named.test:" + asked.port())).isEqualTo("asked");
      assertThat(server.answer("127.0.0.1:" + asked.port())).isEqualTo("asked");
      assertThat(server.metric("detour_unmatched_legacy_requests_total", "suffix=\"127.0.0.0/8\""))
          .isEqualTo(1);
    }

    ReportQuery query = new ReportQuery(Duration.ofDays(1), Instant.now(), false, null);
    try (LedgerReading reading = LedgerReading.open(url())) {
      assertThat(reading.report(query).entries())
          .extracting(UseReport::rule, UseReport::suffix, UseReport::host, UseReport::client)
          .containsExactly(tuple(null, "127.0.0.0/8", "127.0.0.1", "127.0.0.1"));
    }
  }

  @Test
  void aRuleThatHasEndedOrIsForNobodyIsNotObserved() throws Exception {
    String rules =
        RULES
            + """
              - { name: over, match: { host: { exact: c.test } }, action: reject,
                  expires: 2020-01-01, on_expiry: disable }
              - { name: nobody, match: { host: { exact: d.test } }, action: rewrite, to: e.test,
                  rollout: { percent: 0, sticky: client } }
            """;
    try (RunningServer _ =
        RunningServer.start(rules, options -> options.with(ConfigurationKey.LEDGER_URL, url()))) {
      await().atMost(Duration.ofSeconds(30)).until(() -> !observed().isEmpty());
    }

    assertThat(observed()).containsExactly("first");
  }

  @Test
  void aServerServesThoughItsLedgerCannotBeOpened() throws Exception {
    LedgerUrl nowhere = new LedgerUrl.Sqlite(Path.of("/proc/detour/ledger.db"));
    try (RunningServer server =
        RunningServer.with(options -> options.with(ConfigurationKey.LEDGER_URL, nowhere))) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.metric("detour_ledger_writes_total", "result=\"failure\"") > 0);
      assertThat(server.metrics()).contains("detour_ledger_up 0.0\n");
      assertThat(server.answer("a.test:443")).isNotEmpty();
    }
  }

  @Test
  void aServerWithoutALedgerHasNoSeriesOfOne() throws Exception {
    try (RunningServer server = RunningServer.withoutRules()) {
      assertThat(server.metrics()).doesNotContain("detour_ledger_");
    }
  }
}
