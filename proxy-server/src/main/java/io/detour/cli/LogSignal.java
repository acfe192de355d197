package io.detour.cli;

import io.detour.server.log.LogOutput;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGUSR1, which asks for log files to be opened again, as logrotate does. */
final class LogSignal {
  private static final Logger logger = LoggerFactory.getLogger("detour");

  private LogSignal() {}

  /** Takes the signal over from the JVM. Once per process. */
  static void reopen(LogOutput output) {
    ProcessSignal.handle(
        "USR1",
        () -> {
          try {
            output.reopen();
            logger.info("SIGUSR1: log files were opened again");
          } catch (IOException e) {
            logger.error("SIGUSR1: a log file cannot be opened, so the old one goes on", e);
          }
        });
  }
}
