package io.detour.server.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Where log lines go in a process that does not serve, and the end of logging. */
public final class LogOutput {
  private LogOutput() {}

  /**
   * Lets only warnings and errors through, those of the access log included, all on standard error.
   * For a process whose standard output belongs to somebody else; before anything is logged.
   */
  public static void onlyWarningsOnStandardError() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
      Logger access = context.getLogger(AccessLog.LOGGER);
      access.detachAndStopAllAppenders();
      access.setAdditive(true);
      access.setLevel(Level.WARN);
    }
  }

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
