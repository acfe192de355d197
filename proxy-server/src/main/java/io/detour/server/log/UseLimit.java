package io.detour.server.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;

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

  UseLimit(int linesPerMinute) {
    this.linesPerMinute = linesPerMinute;
  }

  /**
   * Asks for a line.
   *
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

  /**
   * Forgets what was not asked about for a minute.
   *
   * @param leftover told what was suppressed of it, if anything
   */
  void sweep(long nanoTime, ObjLongConsumer<Key> leftover) {
    counts.entrySet().removeIf(each -> isOver(each.getKey(), each.getValue(), nanoTime, leftover));
  }

  private static boolean isOver(
      Key key, Count count, long nanoTime, ObjLongConsumer<Key> leftover) {
    synchronized (count) {
      if (nanoTime - count.minuteNanos < MINUTE_NANOS) {
        return false;
      }
      count.forgotten = true;
      if (count.suppressed > 0) {
        leftover.accept(key, count.suppressed);
      }
      return true;
    }
  }
}
