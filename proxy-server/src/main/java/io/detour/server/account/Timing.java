package io.detour.server.account;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What is timed, each in buckets of its own. */
@SuppressWarnings("ImmutableEnumChecker") // the arrays are written by the constructor only
public enum Timing {
  /** A tunnel, from the start of its relay to its end. */
  TUNNEL(0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200, 28_800),

  /** The lookups for a connection that was made; 0 if it needed none. */
  SETUP_DNS(Bounds.SETUP),

  /** The attempts to connect until one succeeded. */
  SETUP_CONNECT(Bounds.SETUP),

  /** All of it: from when it is dialled to the connection. */
  SETUP_TOTAL(Bounds.SETUP),

  /** How much later than it should an event loop came to a task. */
  LOOP_LAG(0.000_1, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5);

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final class Bounds {
    private static final double[] SETUP = {
      0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };
  }

  private final double[] seconds;
  private final long[] nanos;

  Timing(double... upperBounds) {
    seconds = Arrays.copyOf(upperBounds, upperBounds.length + 1);
    seconds[upperBounds.length] = Double.POSITIVE_INFINITY;
    nanos =
        Arrays.stream(upperBounds)
            .mapToLong(bound -> Math.round(bound * TimeUnit.SECONDS.toNanos(1)))
            .toArray();
  }

  /** The upper bounds of the buckets in seconds, included, in order; the last is infinite. */
  public double[] upperBounds() {
    return seconds.clone();
  }

  public int buckets() {
    return seconds.length;
  }

  /** Which bucket a duration is in. */
  int bucket(long durationNanos) {
    int found = Arrays.binarySearch(nanos, durationNanos);
    return found < 0 ? -found - 1 : found;
  }

  public static double seconds(long durationNanos) {
    return durationNanos / NANOS_PER_SECOND;
  }
}
