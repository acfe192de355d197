package io.detour.ops.metrics;

import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A metric whose series follow from the rules in force: they come and go with the rules. */
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

  /** Counters, named without {@code _total}. */
  static RuleFamily counter(String name, String help, List<String> labels, Source source) {
    return new RuleFamily(
        MetricFamilyDescriptor.counter(name).help(help).labelNames(labels).build(),
        new SeriesLabels(labels),
        source);
  }

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

  /** Families of which every page has one snapshot of the rules. */
  static MultiCollector collector(RulesInForce rules, List<RuleFamily> families) {
    return new MultiCollector() {
      @Override
      public MetricSnapshots collect() {
        RuleSnapshot current = rules.current();
        return new MetricSnapshots(
            families.stream().map(family -> family.snapshot(current)).toList());
      }

      @Override
      public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
        return families.stream().map(RuleFamily::description).toList();
      }
    };
  }

  MetricSnapshot snapshot(RuleSnapshot rules) {
    SeriesLabels.Scrape scrape = labels.scrape();
    source.read(rules, scrape::add);
    return description.getType() == MetricType.COUNTER
        ? new CounterSnapshot(
            description.getMetadata(),
            scrape.points(
                (value, series) ->
                    new CounterDataPointSnapshot(value.doubleValue(), series, null, NEVER_RESET)))
        : new GaugeSnapshot(
            description.getMetadata(),
            scrape.points(
                (value, series) -> new GaugeDataPointSnapshot(value.doubleValue(), series, null)));
  }

  /**
   * The labels of a family's series, kept from one scrape to the next: to make and to sort them
   * costs more than all the rest when there are many rules. Series that come in another order than
   * at the last scrape, or are others, are labelled anew. Any thread.
   */
  static final class SeriesLabels {
    private final List<String> names;
    private volatile Known known = new Known(List.of(), new int[0]);

    /** What the last scrape had, and where each stands among the sorted ones. */
    @SuppressWarnings("ArrayRecordComponent") // never written, never compared
    private record Known(List<Labels> labels, int[] places) {}

    SeriesLabels(List<String> names) {
      this.names = names;
    }

    /** Values on their way to a snapshot, in any order. For one scrape, on one thread. */
    final class Scrape {
      private final Known before = known;
      private final List<Labels> labels = new ArrayList<>(before.labels.size());
      private final List<Long> values = new ArrayList<>(before.labels.size());
      private boolean same = true;

      void add(long value, String[] texts) {
        int index = labels.size();
        Labels last = index < before.labels.size() ? before.labels.get(index) : null;
        boolean kept = last != null && has(last, texts);
        same &= kept;
        labels.add(kept ? last : Labels.of(names, List.of(texts)));
        values.add(value);
      }

      /** Hands on all series, sorted by their labels. */
      <P> List<P> points(BiFunction<Long, Labels, P> point) {
        int count = labels.size();
        int[] places = before.places;
        if (!same || count != before.labels.size()) {
          places = places();
          known = new Known(List.copyOf(labels), places);
        }
        @Nullable Object[] points = new Object[count];
        for (int i = 0; i < count; i++) {
          points[places[i]] = point.apply(values.get(i), labels.get(i));
        }
        @SuppressWarnings("unchecked") // nothing else is in it
        List<P> all = (List<P>) Arrays.asList(points);
        return all;
      }

      private int[] places() {
        int[] places = new int[labels.size()];
        int[] sorted =
            IntStream.range(0, labels.size())
                .boxed()
                .sorted((a, b) -> labels.get(a).compareTo(labels.get(b)))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int place = 0; place < sorted.length; place++) {
          places[sorted[place]] = place;
        }
        return places;
      }
    }

    Scrape scrape() {
      return new Scrape();
    }

    /** Labels are sorted by their names, and there are few. */
    private boolean has(Labels labels, String[] texts) {
      for (int i = 0; i < texts.length; i++) {
        if (!texts[i].equals(labels.get(names.get(i)))) {
          return false;
        }
      }
      return true;
    }
  }
}
