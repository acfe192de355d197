package io.detour.ops.metrics;

import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/**
 * A metric whose series follow from the rules in force: they come and go with the rules.
 *
 * @param description name, help and labels, as Prometheus needs them to be declared
 * @param labels of the series, in the order in which {@code source} gives their values
 * @param source the series as they are when they are asked for
 */
record RuleFamily(MetricFamilyDescriptor description, SeriesLabels labels, Source source) {
  private static final long NEVER_RESET = 0;

  /** Adds every series of a family. */
  interface Source {
    void read(RuleSnapshot rules, Series series);
  }

  /** Adds the series of one rule: none, one or several. */
  interface OfRule {
    void read(RuleSnapshot rules, Rule rule, Series series);
  }

  /** Takes the series of a family, each with its whole number and one text for each label. */
  interface Series {
    void add(long value, String... labelValues);
  }

  /**
   * A family of counters.
   *
   * @param name without {@code _total}
   */
  static RuleFamily counter(String name, String help, List<String> labels, Source source) {
    return new RuleFamily(
        MetricFamilyDescriptor.counter(name).help(help).labelNames(labels).build(),
        new SeriesLabels(labels),
        source);
  }

  /** A family of gauges. */
  static RuleFamily gauge(String name, String help, List<String> labels, Source source) {
    return new RuleFamily(
        MetricFamilyDescriptor.gauge(name).help(help).labelNames(labels).build(),
        new SeriesLabels(labels),
        source);
  }

  /** The series of every rule of {@link RuleSnapshot#shown}. */
  static Source ofEachRule(OfRule source) {
    return (rules, series) -> rules.shown().forEach(rule -> source.read(rules, rule, series));
  }

  /** What a scrape is told. */
  MetricSnapshot snapshot(RuleSnapshot rules) {
    SeriesLabels.Scrape scrape = labels.scrape();
    source.read(rules, scrape::add);
    return description.getType() == MetricType.COUNTER
        ? new CounterSnapshot(
            description.getMetadata(),
            scrape.points(
                (value, series) ->
                    new CounterDataPointSnapshot((double) value, series, null, NEVER_RESET)))
        : new GaugeSnapshot(
            description.getMetadata(),
            scrape.points(
                (value, series) -> new GaugeDataPointSnapshot((double) value, series, null)));
  }
}
