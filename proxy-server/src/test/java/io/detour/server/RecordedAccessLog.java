package io.detour.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.detour.server.observe.AccessLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps the lines of the access log. Any thread. */
public final class RecordedAccessLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final Logger LOGGER =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);

  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

  private RecordedAccessLog() {}

  /** Keeps the lines from now on. */
  static RecordedAccessLog attach() {
    RecordedAccessLog log = new RecordedAccessLog();
    log.setContext(LOGGER.getLoggerContext());
    log.start();
    LOGGER.setLevel(Level.INFO);
    LOGGER.setAdditive(false);
    LOGGER.addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }

  /** The facts of each line with this message, values as text. */
  public List<Map<String, String>> lines(String message) {
    return events.stream()
        .filter(event -> event.getMessage().equals(message))
        .map(RecordedAccessLog::facts)
        .toList();
  }

  private static Map<String, String> facts(ILoggingEvent event) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("level", event.getLevel().toString());
    event.getKeyValuePairs().forEach(pair -> facts.put(pair.key, String.valueOf(pair.value)));
    return facts;
  }

  @Override
  public void close() {
    LOGGER.detachAppender(this);
    LOGGER.setAdditive(true);
    LOGGER.setLevel(null);
    stop();
  }
}
