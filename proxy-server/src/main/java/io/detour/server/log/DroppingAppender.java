package io.detour.server.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * Logback's asynchronous appender that never blocks, and counts the lines for which its queue has
 * no room. Two threads that meet at the last free place may lose a line that is not counted.
 */
public final class DroppingAppender extends AsyncAppender {
  public DroppingAppender() {
    setNeverBlock(true);
    setDiscardingThreshold(0);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      DroppedLines.add(getName());
    } else {
      super.append(event);
    }
  }
}
