package io.detour.server.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How many lines a minute a legacy use may have: the purpose is to find users, not to fill disks.
 * Counts by rule and client, in minutes that begin with the first line; when {@link #MAX_COUNTED}
 * pairs are counted, further clients of a rule share a count. Any thread.
 */
final class UseLimit {
  static final int MAX_COUNTED = 50_000;
  private static final String OTHERS = "(other)";
  static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What is counted together. */
  record Key(String name, String client) {}

  /** Told what nobody has asked about since its minute ended. */
  interface Leftover {
    /**
     * Hears of one pair.
     *
     * @param suppressed more than 0
     */
    void left(Key key, long suppressed);
  }

  private static final class Count {
    private long minuteNanos;
    private int lines;
    private long suppressed;

    /** Whether it is no longer in the map, and must not be counted in. */
    private boolean forgotten;

    Count(long nanoTime) {
      minuteNanos = nanoTime;
    }
  }

  private final int linesPerMinute;
  private final Map<Key, Count> counts = new ConcurrentHashMap<>();

  /**
   * @param linesPerMinute 1 or more
   */
  UseLimit(int linesPerMinute) {
    this.linesPerMinute = linesPerMinute;
  }

  /**
   * Asks for a line.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @return how many lines were suppressed since the last one, or -1 if this one is
   */
  long admit(String name, String client, long nanoTime) {
    Key own = new Key(name, client);
    boolean full = counts.size() >= MAX_COUNTED && !counts.containsKey(own);
    Key key = full ? new Key(name, OTHERS) : own;
    while (true) {
      Count count = counts.computeIfAbsent(key, counted -> new Count(nanoTime));
      synchronized (count) {
        if (!count.forgotten) {
          return admit(count, nanoTime);
        }
      }
    }
  }

  private long admit(Count count, long nanoTime) {
    if (nanoTime - count.minuteNanos >= MINUTE_NANOS) {
      count.minuteNanos = nanoTime;
      count.lines = 0;
    }
    if (count.lines == linesPerMinute) {
      count.suppressed++;
      return -1;
    }
    count.lines++;
    long suppressed = count.suppressed;
    count.suppressed = 0;
    return suppressed;
  }

  /** Forgets what was not asked about for a minute, and tells what was suppressed of it. */
  void sweep(long nanoTime, Leftover leftover) {
    counts
        .entrySet()
        .removeIf(entry -> isOver(entry.getKey(), entry.getValue(), nanoTime, leftover));
  }

  private static boolean isOver(Key key, Count count, long nanoTime, Leftover leftover) {
    synchronized (count) {
      if (nanoTime - count.minuteNanos < MINUTE_NANOS) {
        return false;
      }
      count.forgotten = true;
      if (count.suppressed > 0) {
        leftover.left(key, count.suppressed);
      }
      return true;
    }
  }
}
