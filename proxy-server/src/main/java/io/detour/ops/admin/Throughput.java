package io.detour.ops.admin;

import io.detour.core.Direction;
import io.detour.core.relay.RelayStatistics;
import io.detour.server.account.RequestCounters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How much went through in the last hour, in steps of {@link #INTERVAL}: for people who look at a
 * page. It is gone with the process; Prometheus keeps more. Any thread; one samples.
 */
public final class Throughput {
  /** From one sample to the next. */
  public static final Duration INTERVAL = Duration.ofSeconds(5);

  /** The most samples: an hour. */
  static final int MAX_SAMPLES = 720;

  private static final double NANOS_PER_SECOND = 1e9;

  private final RequestCounters requests;
  private final RelayStatistics relay;
  private final InstantSource clock;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private Totals last;

  /** What went through in one interval, as averages per second; tunnels, as open at its end. */
  public record Sample(
      Instant at,
      double upstreamBytes,
      double downstreamBytes,
      long tunnels,
      double requests,
      double legacyUses) {}

  private record Totals(long nanoTime, long upstream, long downstream, long requests, long uses) {}

  public Throughput(RequestCounters requests, RelayStatistics relay, InstantSource clock) {
    this.requests = requests;
    this.relay = relay;
    this.clock = clock;
    this.last = totals(System.nanoTime());
  }

  /** Takes a sample. */
  public synchronized void sample(long nanoTime) {
    Totals now = totals(nanoTime);
    double seconds = (now.nanoTime - last.nanoTime) / NANOS_PER_SECOND;
    if (seconds <= 0) {
      return;
    }
    if (samples.size() == MAX_SAMPLES) {
      samples.removeFirst();
    }
    samples.addLast(
        new Sample(
            clock.instant(),
            (now.upstream - last.upstream) / seconds,
            (now.downstream - last.downstream) / seconds,
            relay.openTunnels(),
            (now.requests - last.requests) / seconds,
            (now.uses - last.uses) / seconds));
    last = now;
  }

  private Totals totals(long nanoTime) {
    return new Totals(
        nanoTime,
        relay.relayedBytes(Direction.UPSTREAM),
        relay.relayedBytes(Direction.DOWNSTREAM),
        requests.allRequests(),
        requests.legacyUses());
  }

  /** The samples, oldest first. */
  public synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }
}
