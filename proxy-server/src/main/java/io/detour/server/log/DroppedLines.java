package io.detour.server.log;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the lines that were not written, by the names of the appenders. Any thread. One for the
 * whole process, as logback's appenders are: {@code logback.xml} makes the first of them, before
 * there is anybody to hand them a counter.
 */
public final class DroppedLines {
  private static final ConcurrentMap<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

  private DroppedLines() {}

  static void add(String appender) {
    count(appender).increment();
  }

  public static long of(String appender) {
    return count(appender).sum();
  }

  private static LongAdder count(String appender) {
    return COUNTS.computeIfAbsent(appender, name -> new LongAdder());
  }
}
