package io.detour.ops.certificates;

import io.detour.ops.certificates.CertificatePlan.Check;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When which check is due. New checks are spread over a short time, and repeated over the whole
 * period, each a tenth of it earlier or later, so that they never gather. Times are nanoseconds of
 * a clock that only goes on. For one thread.
 */
final class CheckSchedule {
  /** New checks are spread over this, and over more if there are many; over a period at most. */
  private static final Duration FIRST_ROUND = Duration.ofMinutes(1);

  private static final Duration FIRST_ROUND_PER_CHECK = Duration.ofMillis(100);

  private static final double JITTER = 0.1;

  private final Duration period;
  private final RandomGenerator random;

  private final Set<Check> known = new HashSet<>();
  private final Queue<Due> queue = new PriorityQueue<>();

  private record Due(Check check, long nanos) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.signum(nanos - other.nanos);
    }
  }

  CheckSchedule(Duration period, RandomGenerator random) {
    this.period = period;
    this.random = random;
  }

  /**
   * Replaces the checks that are wanted. One that stays keeps its time.
   *
   * @return those that are not wanted any more
   */
  Set<Check> want(Set<Check> wanted, long nowNanos) {
    Set<Check> gone = new HashSet<>(known);
    gone.removeAll(wanted);
    known.removeAll(gone);
    queue.removeIf(waiting -> gone.contains(waiting.check()));
    Set<Check> fresh = new LinkedHashSet<>(wanted);
    fresh.removeAll(known);
    long spread = firstRound(fresh.size()).toNanos();
    fresh.forEach(check -> queue.add(new Due(check, nowNanos + random.nextLong(spread))));
    known.addAll(fresh);
    return gone;
  }

  private Duration firstRound(long checks) {
    Duration round = FIRST_ROUND.plus(FIRST_ROUND_PER_CHECK.multipliedBy(checks));
    return Collections.min(List.of(round, period));
  }

  /** Takes the check that has been due for longest, and puts it off to the next period; or null. */
  @Nullable Check next(long nowNanos) {
    Due first = queue.peek();
    if (first == null || first.nanos() - nowNanos > 0) {
      return null;
    }
    queue.remove();
    double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    queue.add(new Due(first.check(), nowNanos + (long) (factor * period.toNanos())));
    return first.check();
  }
}
