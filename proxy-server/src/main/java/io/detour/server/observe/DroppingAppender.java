package io.detour.server.observe;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.LongAdder;

/**
 * Logback's asynchronous appender that never blocks, and counts the lines for which its queue has
 * no room. Two threads that meet at the last free place may lose a line that is not counted.
 */
public final class DroppingAppender extends AsyncAppender {
  private static final LongAdder DROPPED = new LongAdder();

  public DroppingAppender() {
    setNeverBlock(true);
    setDiscardingThreshold(0);
  }

  /** How many lines all of them have dropped. Any thread. */
  static long dropped() {
    return DROPPED.sum();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      DROPPED.increment();
    } else {
      super.append(event);
    }
  }
}
