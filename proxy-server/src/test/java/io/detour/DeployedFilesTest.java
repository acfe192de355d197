package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.ops.ledger.LedgerUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The alerts and the dashboard of {@code deploy/} are about metrics that there are. */
@Timeout(60)
class DeployedFilesTest {
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final Path ALERTS = DEPLOY.resolve("prometheus/detour.rules.yaml");
  private static final Path DASHBOARD = DEPLOY.resolve("grafana/detour.json");
  private static final Pattern METRIC = Pattern.compile("\\b(?:detour|process|jvm)_[a-z0-9_]+");

  @TempDir private Path folder;

  @Test
  void promtoolAcceptsTheAlertsAndTheirTests() throws Exception {
    Tool promtool = Tool.ofPackage("promtool", "prometheus");

    assertThat(promtool.run(folder, "check", "rules", absolute(ALERTS))).contains("SUCCESS");
    assertThat(
            promtool.run(
                folder, "test", "rules", absolute(ALERTS.resolveSibling("detour.rules.test.yaml"))))
        .contains("SUCCESS");
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  @Test
  void everyAlertHasItsTestAndItsChapter() throws IOException {
    String tests = Files.readString(ALERTS.resolveSibling("detour.rules.test.yaml"));
    String chapters = Files.readString(Path.of("..", "docs", "operations.md"));
    List<String> alerts = all(Pattern.compile("(?<=alert: )\\w+"), Files.readString(ALERTS));

    assertThat(alerts).hasSizeGreaterThan(5);
    for (String alert : alerts) {
      assertThat(tests).contains("alertname: " + alert + "\n        exp_alerts:");
      assertThat(chapters).contains("\n### " + alert + "\n");
    }
    assertThat(
            all(Pattern.compile("(?<=runbook: docs/operations.md#)\\w+"), Files.readString(ALERTS)))
        .containsExactlyElementsOf(alerts.stream().map(String::toLowerCase).toList());
  }

  @Test
  void everyMetricIsOnThePage() throws Exception {
    Set<String> wanted = new TreeSet<>(all(METRIC, Files.readString(ALERTS)));
    queries(JsonMapper.shared().readTree(Files.readString(DASHBOARD)))
        .forEach(query -> wanted.addAll(all(METRIC, query)));
    for (String document : List.of("docs/metrics.md", "docs/operations.md")) {
      wanted.addAll(all(METRIC, Files.readString(Path.of("..", document))));
    }
    assertThat(wanted).hasSizeGreaterThan(40);
    LedgerUrl ledger = new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
    try (TlsTarget target = TlsTarget.covering("a.old.test");
        RunningServer proxy =
            RunningServer.start(
                rules(target.authority()),
                options ->
                    options
                        .with(ConfigurationKey.CERTIFICATES_WATCH, Duration.ofMillis(200))
                        .with(ConfigurationKey.LEDGER_URL, ledger))) {
      System.gc(); // The collector tells of it a moment later.
      await().untilAsserted(() -> assertThat(there(proxy)).containsAll(wanted));
    }
  }

  /** Something of each kind that has series. */
  private static String rules(String target) {
    return """
    version: 1
    defaults: { legacy_suffixes: [old.test] }
    rules:
      - name: a
        match: { host: { exact: a.old.test } }
        action: rewrite
        targets: [{ to: "%s" }, { to: b.new.test }]
        fallback_on: [dns_error]
        expires: 2099-12-31
    """
        .formatted(target);
  }

  /** The names of all metrics and of all their series. */
  private static Set<String> there(RunningServer proxy) throws IOException {
    return proxy
        .metrics()
        .lines()
        .filter(line -> !line.startsWith("# HELP"))
        .map(line -> line.replaceFirst("# TYPE ", "").replaceFirst("[{ ].*", ""))
        .collect(Collectors.toSet());
  }

  /** Everything that the dashboard asks Prometheus for. */
  private static List<String> queries(JsonNode dashboard) {
    List<String> queries = dashboard.findValuesAsString("expr");
    assertThat(queries).hasSizeGreaterThan(30);
    queries.addAll(dashboard.get("templating").findValuesAsString("definition"));
    return queries;
  }

  @Test
  void promtoolParsesEveryQueryOfTheDashboard() throws Exception {
    Tool promtool = Tool.ofPackage("promtool", "prometheus");
    StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
    int number = 0;
    for (String query :
        JsonMapper.shared().readTree(Files.readString(DASHBOARD)).findValuesAsString("expr")) {
      String filled =
          query.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*");
      rules.append("      - record: query:%d\n        expr: '%s'\n".formatted(number, filled));
      number++;
    }
    Path file = Files.writeString(folder.resolve("queries.yaml"), rules);

    assertThat(promtool.run(folder, "check", "rules", file.toString())).contains("SUCCESS");
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group).toList();
  }
}
