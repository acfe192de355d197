package io.detour.server.observe;

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
  /** By the names of the appenders. */
  private static final ConcurrentMap<String, LongAdder> DROPPED = new ConcurrentHashMap<>();

  public DroppingAppender() {
    setNeverBlock(true);
    setDiscardingThreshold(0);
  }

  /**
   * How many lines an appender has dropped. Any thread.
   *
   * @param name as {@code logback.xml} has it
   */
  static long dropped(String name) {
    return count(name).sum();
  }

  private static LongAdder count(String name) {
    return DROPPED.computeIfAbsent(name, appender -> new LongAdder());
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      count(getName()).increment();
    } else {
      super.append(event);
    }
  }
}
