package io.detour.server.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many lines a minute a legacy use may have: the purpose is to find users, not to fill disks.
 * Counts by rule, client and whether it failed, so that uses that go well hide none that fail, in
 * minutes that begin with the first line; when so many are counted as {@link #MAX_COUNTED} says,
 * further clients of a rule share a count. Any thread.
 */
final class UseLimit {
  static final int MAX_COUNTED = 50_000;
  private static final String OTHERS = "(other)";
  static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** How a use went. */
  enum Outcome {
    /** It was served, or is about to be. */
    SERVED,
    /** It failed, or its client has probably refused the certificate of its target. */
    FAILED
  }

  /** What is counted together. */
  record Key(String name, String client, Outcome outcome) {}

  /**
   * What has become of the uses so far.
   *
   * @param suppressed how many lines since the last that was written
   * @param answer to the latest use, as of {@link #admit}
   */
  private record Count(long minuteNanos, int lines, long suppressed, long answer) {}

  private final int linesPerMinute;
  private final Map<Key, Count> counts = new ConcurrentHashMap<>();

  UseLimit(int linesPerMinute) {
    this.linesPerMinute = linesPerMinute;
  }

  /** Asks for a line: how many were suppressed since the last one, or -1 if this one is. */
  long admit(String name, String client, Outcome outcome, long nanoTime) {
    Key own = new Key(name, client, outcome);
    boolean full = counts.size() >= MAX_COUNTED && !counts.containsKey(own);
    Key key = full ? new Key(name, OTHERS, outcome) : own;
    return counts.compute(key, (_, before) -> next(before, nanoTime)).answer;
  }

  private Count next(@Nullable Count before, long nanoTime) {
    long suppressed = before == null ? 0 : before.suppressed;
    if (before == null || nanoTime - before.minuteNanos >= MINUTE_NANOS) {
      return new Count(nanoTime, 1, 0, suppressed);
    }
    return before.lines < linesPerMinute
        ? new Count(before.minuteNanos, before.lines + 1, 0, suppressed)
        : new Count(before.minuteNanos, before.lines, suppressed + 1, -1);
  }

  /** Forgets what was not asked about for a minute, and tells what was suppressed of it, if any. */
  void sweep(long nanoTime, ObjLongConsumer<Key> leftover) {
    counts.forEach(
        (key, count) -> {
          boolean over = nanoTime - count.minuteNanos >= MINUTE_NANOS;
          if (over && counts.remove(key, count) && count.suppressed > 0) {
            leftover.accept(key, count.suppressed);
          }
        });
  }
}
