package io.detour.server.observe;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static io.detour.server.decide.RuleTexts.use;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
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
    registry.register(new RuleMetrics(rules));
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

    assertThat(series()).containsExactly("detour_config_rules 0.0");
  }

  @Test
  void manyRulesHaveASeriesEach() {
    String[] names = IntStream.range(0, 10_000).mapToObj(i -> "r" + i).toArray(String[]::new);
    rules.replace(parsed(rejecting(names)));

    MetricSnapshots page = registry.scrape();

    assertThat(page.stream())
        .filteredOn(family -> family.getMetadata().getName().equals("detour_rule_matches"))
        .singleElement()
        .satisfies(family -> assertThat(family.getDataPoints()).hasSize(names.length));
  }

  private List<String> series() throws IOException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    ExpositionFormats.init().getPrometheusTextFormatWriter().write(page, registry.scrape());
    return Arrays.stream(page.toString(UTF_8).split("\n", -1))
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }
}
