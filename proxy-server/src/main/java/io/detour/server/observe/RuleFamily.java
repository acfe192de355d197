package io.detour.server.observe;

import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * A metric whose series follow from the rules in force: they come and go with the rules.
 *
 * @param description name, help and labels, as Prometheus needs them to be declared
 * @param labels names of the labels, in the order in which {@code source} gives their values
 * @param source the series as they are when they are asked for
 */
record RuleFamily(MetricFamilyDescriptor description, List<String> labels, Source source) {
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
        MetricFamilyDescriptor.counter(name).help(help).labelNames(labels).build(), labels, source);
  }

  /** A family of gauges. */
  static RuleFamily gauge(String name, String help, List<String> labels, Source source) {
    return new RuleFamily(
        MetricFamilyDescriptor.gauge(name).help(help).labelNames(labels).build(), labels, source);
  }

  /** The series of every rule of {@link RuleSnapshot#shown}. */
  static Source ofEachRule(OfRule source) {
    return (rules, series) -> rules.shown().forEach(rule -> source.read(rules, rule, series));
  }

  /** What a scrape is told. */
  MetricSnapshot snapshot(RuleSnapshot rules) {
    if (description.getType() == MetricType.COUNTER) {
      List<CounterDataPointSnapshot> points = new ArrayList<>();
      source.read(
          rules,
          (value, texts) ->
              points.add(
                  new CounterDataPointSnapshot((double) value, labels(texts), null, NEVER_RESET)));
      return new CounterSnapshot(description.getMetadata(), points);
    }
    List<GaugeDataPointSnapshot> points = new ArrayList<>();
    source.read(
        rules,
        (value, texts) ->
            points.add(new GaugeDataPointSnapshot((double) value, labels(texts), null)));
    return new GaugeSnapshot(description.getMetadata(), points);
  }

  private Labels labels(String[] texts) {
    return Labels.of(labels, List.of(texts));
  }
}
