package io.detour.server.decide;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps the last thousand lines that a class logs, as {@code LEVEL message}. Any thread. */
public final class RecordedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  /** A test of memory must not measure its own log. */
  private static final int MAX_LINES = 1000;

  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private RecordedLog(Logger logger) {
    this.logger = logger;
  }

  /** Keeps the lines from now on. */
  public static RecordedLog of(Class<?> type) {
    RecordedLog log =
        new RecordedLog(((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(type));
    log.setContext(log.logger.getLoggerContext());
    log.start();
    log.logger.setLevel(Level.INFO);
    log.logger.setAdditive(false);
    log.logger.addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(event.getLevel() + " " + event.getFormattedMessage());
    if (lines.size() > MAX_LINES) {
      lines.removeFirst();
    }
  }

  /** The last of the lines so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(null);
    stop();
  }
}
