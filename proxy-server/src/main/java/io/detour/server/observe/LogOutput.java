package io.detour.server.observe;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The end of logging. */
public final class LogOutput {
  private LogOutput() {}

  /**
   * Writes what the asynchronous appenders still hold, for at most a second each, and ends logging.
   * The last thing that a process does; any thread.
   */
  public static void flush() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }
}
