package io.detour.ops.metrics;

import io.detour.server.account.RequestCounters;
import io.detour.server.account.Timing;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The histograms, made of what the event loops count when somebody scrapes. */
final class DurationMetrics implements MultiCollector {
  /**
   * One histogram.
   *
   * @param timings by their labels
   */
  private record Family(MetricFamilyDescriptor description, Map<Labels, Timing> timings) {
    static Family of(String name, String help, Timing timing) {
      return new Family(
          MetricFamilyDescriptor.histogram(name).help(help).build(), Map.of(Labels.EMPTY, timing));
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          Family.of(
              "detour_tunnel_duration_seconds",
              "How long tunnels were open that have ended.",
              Timing.TUNNEL),
          new Family(
              MetricFamilyDescriptor.histogram("detour_tunnel_setup_duration_seconds")
                  .help(
                      "How long it took to reach a target, for a tunnel or a plain HTTP request:"
                          + " the lookups, the attempts to connect, and all of it.")
                  .labelNames(List.of("phase"))
                  .build(),
              phases()),
          Family.of(
              "detour_event_loop_lag_seconds",
              "How late event loops came to a task that was due; each is asked once a second.",
              Timing.LOOP_LAG));

  private final RequestCounters counters;

  DurationMetrics(RequestCounters counters) {
    this.counters = counters;
  }

  private static Map<Labels, Timing> phases() {
    Map<Labels, Timing> phases = new LinkedHashMap<>();
    phases.put(Labels.of("phase", "dns"), Timing.SETUP_DNS);
    phases.put(Labels.of("phase", "connect"), Timing.SETUP_CONNECT);
    phases.put(Labels.of("phase", "total"), Timing.SETUP_TOTAL);
    return phases;
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
