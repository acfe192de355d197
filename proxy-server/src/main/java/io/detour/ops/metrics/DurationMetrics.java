package io.detour.ops.metrics;

import io.detour.server.account.RequestCounters;
import io.detour.server.account.Timing;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;

/** The histograms, made of what the event loops count when somebody scrapes. */
final class DurationMetrics implements MultiCollector {
  /** One histogram, or one for each value of a label. */
  private record Family(MetricFamilyDescriptor description, Map<Labels, Timing> timings) {
    static Family of(String name, String help, Map<Labels, Timing> timings) {
      List<String> names = timings.keySet().iterator().next().stream().map(Label::getName).toList();
      return new Family(
          MetricFamilyDescriptor.histogram(name).help(help).labelNames(names).build(), timings);
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          Family.of(
              "detour_tunnel_duration_seconds",
              "How long tunnels were open that have ended.",
              Map.of(Labels.EMPTY, Timing.TUNNEL)),
          Family.of(
              "detour_tunnel_setup_duration_seconds",
              "How long it took to reach a target, for a tunnel or a plain HTTP request: the"
                  + " lookups, the attempts to connect, and all of it.",
              Map.of(
                  Labels.of("phase", "dns"), Timing.SETUP_DNS,
                  Labels.of("phase", "connect"), Timing.SETUP_CONNECT,
                  Labels.of("phase", "total"), Timing.SETUP_TOTAL)),
          Family.of(
              "detour_event_loop_lag_seconds",
              "How late event loops came to a task that was due; each is asked once a second.",
              Map.of(Labels.EMPTY, Timing.LOOP_LAG)));

  private final RequestCounters counters;

  DurationMetrics(RequestCounters counters) {
    this.counters = counters;
  }

  @Override
  public MetricSnapshots collect() {
    return new MetricSnapshots(FAMILIES.stream().<MetricSnapshot>map(this::snapshot).toList());
  }

  @Override
  public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
    return FAMILIES.stream().map(Family::description).toList();
  }

  private HistogramSnapshot snapshot(Family family) {
    return new HistogramSnapshot(
        family.description().getMetadata(),
        family.timings().entrySet().stream()
            .map(each -> point(each.getKey(), each.getValue()))
            .toList());
  }

  private HistogramDataPointSnapshot point(Labels labels, Timing timing) {
    long[] counts = new long[timing.buckets()];
    for (int bucket = 0; bucket < counts.length; bucket++) {
      counts[bucket] = counters.durations(timing, bucket);
    }
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(ClassicHistogramBuckets.of(timing.upperBounds(), counts))
        .sum(Timing.seconds(counters.durationNanos(timing)))
        .labels(labels)
        .build();
  }
}
