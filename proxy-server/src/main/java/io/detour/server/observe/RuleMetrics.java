package io.detour.server.observe;

import io.detour.core.Direction;
import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;

/**
 * The series of the rules in force, made when somebody scrapes.
 *
 * <p>There is no object for a series between two scrapes, so that a million rules cost nothing but
 * their counts, a series is there from the moment in which its rule decides, and it goes with its
 * rule. All families of a page are of one snapshot.
 *
 * <p>A new family is one entry of {@link #FAMILIES}.
 */
final class RuleMetrics implements MultiCollector {
  private static final List<RuleFamily> FAMILIES =
      List.of(
          RuleFamily.gauge(
              "detour_config_rules",
              "Rules in force.",
              List.of(),
              (rules, series) -> series.add(rules.rules().rules().size())),
          RuleFamily.counter(
              "detour_rule_matches",
              "Requests that a rule decided.",
              List.of("rule", "action", "mode"),
              RuleFamily.ofEachRule(
                  (rule, use, series) ->
                      series.add(use.matches(), rule.name(), action(rule), "enforce"))),
          RuleFamily.gauge(
              "detour_rule_last_match_timestamp_seconds",
              "When a rule last decided a request, in seconds since 1970; 0 if it has not since the"
                  + " start.",
              List.of("rule"),
              RuleFamily.ofEachRule(
                  (rule, use, series) -> series.add(use.lastMatchSecond(), rule.name()))),
          RuleFamily.counter(
              "detour_rule_bytes",
              "Bytes delivered by tunnels that a rule decided and that have ended.",
              List.of("rule", "direction"),
              RuleFamily.ofEachRule(RuleMetrics::bytes)));

  private final RulesInForce rules;

  RuleMetrics(RulesInForce rules) {
    this.rules = rules;
  }

  @Override
  public MetricSnapshots collect() {
    RuleSnapshot current = rules.current();
    return new MetricSnapshots(FAMILIES.stream().map(family -> family.snapshot(current)).toList());
  }

  @Override
  public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
    return FAMILIES.stream().map(RuleFamily::description).toList();
  }

  private static String action(Rule rule) {
    return rule.action().name().toLowerCase(Locale.ROOT);
  }

  private static void bytes(Rule rule, RuleUse use, RuleFamily.Series series) {
    for (Direction direction : Direction.values()) {
      series.add(use.bytes(direction), rule.name(), direction.name().toLowerCase(Locale.ROOT));
    }
  }
}
