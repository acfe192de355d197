package io.detour.ops.metrics;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static io.detour.server.decide.RuleTexts.use;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RuleMetricsTest {
  private final RulesInForce rules = new RulesInForce(parsed(rejecting("a", "b")));
  private final PrometheusRegistry registry = new PrometheusRegistry();

  RuleMetricsTest() {
    registry.register(RuleMetrics.of(rules, new TargetCertificates()));
  }

  @Test
  void everySeriesOfARuleIsThereAtZeroFromTheStart() throws IOException {
    assertThat(series())
        .contains(
            "detour_config_rules 2.0",
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"a\"} 0.0",
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"b\"} 0.0",
            "detour_rule_last_match_timestamp_seconds{rule=\"a\"} 0.0",
            "detour_rule_bytes_total{direction=\"upstream\",rule=\"a\"} 0.0",
            "detour_rule_bytes_total{direction=\"downstream\",rule=\"a\"} 0.0");
  }

  @Test
  void whatIsCountedShowsOnTheNextScrape() throws IOException {
    use(rules, "b").matched(1_800_000_000);
    use(rules, "b").relayed(3, 5);

    assertThat(series())
        .contains(
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"a\"} 0.0",
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"b\"} 1.0",
            "detour_rule_last_match_timestamp_seconds{rule=\"b\"} 1.8E9",
            "detour_rule_bytes_total{direction=\"upstream\",rule=\"b\"} 3.0",
            "detour_rule_bytes_total{direction=\"downstream\",rule=\"b\"} 5.0");
  }

  @Test
  void seriesComeAndGoWithTheirRules() throws IOException {
    use(rules, "b").matched(1);

    rules.replace(parsed(rejecting("b", "c")));

    assertThat(series())
        .contains(
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"b\"} 1.0",
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"c\"} 0.0")
        .noneMatch(line -> line.contains("rule=\"a\""));
  }

  @Test
  void withoutRulesThereIsOnlyTheirNumber() throws IOException {
    rules.replace(parsed(rejecting()));

    List<String> all = series();
    assertThat(all)
        .filteredOn(line -> !line.startsWith("detour_certificate_checks_total{"))
        .containsExactly("detour_config_rules 0.0");
    assertThat(all)
        .filteredOn(line -> line.startsWith("detour_certificate_checks_total{"))
        .hasSameSizeAs(CertificateFinding.Result.values())
        .allMatch(line -> line.endsWith(" 0.0"));
  }

  @Test
  void manyRulesHaveASeriesEachAndMoreThanThatOnlyWhenTheyAreUsed() {
    rules.replace(parsed(rejecting(names(RuleSnapshot.MAX_UNUSED))));
    assertThat(matchSeries()).hasSize(RuleSnapshot.MAX_UNUSED);

    rules.replace(parsed(rejecting(names(RuleSnapshot.MAX_UNUSED + 1))));
    assertThat(matchSeries()).isEmpty();

    use(rules, "r7").matched(1);
    assertThat(matchSeries())
        .singleElement()
        .satisfies(point -> assertThat(point.getLabels().get("rule")).isEqualTo("r7"));
  }

  private static String[] names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "r" + i).toArray(String[]::new);
  }

  private List<DataPointSnapshot> matchSeries() {
    return registry.scrape().stream()
        .filter(family -> family.getMetadata().getName().equals("detour_rule_matches"))
        .<DataPointSnapshot>flatMap(family -> family.getDataPoints().stream())
        .toList();
  }

  private List<String> series() throws IOException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    ExpositionFormats.init().getPrometheusTextFormatWriter().write(page, registry.scrape());
    return Arrays.stream(page.toString(UTF_8).split("\n", -1))
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }
}
