package io.detour.server.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Logback's asynchronous appender that never blocks, and counts the lines for which its queue has
 * no room. Two threads that meet at the last free place may lose a line that is not counted.
 */
public final class DroppingAppender extends AsyncAppender {
  /**
   * By the names of the appenders. One for the whole process, as logback's appenders are: {@code
   * logback.xml} makes the first of them, before there is anybody to hand them a counter.
   */
  private static final ConcurrentMap<String, LongAdder> DROPPED = new ConcurrentHashMap<>();

  public DroppingAppender() {
    setNeverBlock(true);
    setDiscardingThreshold(0);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      countDropped(getName());
    } else {
      super.append(event);
    }
  }

  static void countDropped(String appender) {
    count(appender).increment();
  }

  /** Lines of an appender that were not written. Any thread. */
  public static long dropped(String appender) {
    return count(appender).sum();
  }

  private static LongAdder count(String appender) {
    return DROPPED.computeIfAbsent(appender, name -> new LongAdder());
  }
}
