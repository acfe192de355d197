package io.detour;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.detour.server.log.AccessLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** Keeps the lines of the access log. Any thread. */
public final class RecordedAccessLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final Logger LOGGER =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);

  private static final Set<String> MEASURED =
      Set.of(
          "id",
          "kind",
          "remote",
          "user_agent",
          "dns_ms",
          "connect_ms",
          "duration_ms",
          "bytes_up",
          "bytes_down");

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

  /** What each line about a legacy name tells that is the same each time, values as text. */
  public List<Map<String, String>> uses() {
    return steady(facts -> facts.containsKey("rule") || facts.containsKey("suffix"));
  }

  /** The same of each line about a request that was refused or failed. */
  public List<Map<String, String>> refusals() {
    return steady(facts -> facts.containsKey("error"));
  }

  private List<Map<String, String>> steady(Predicate<Map<String, String>> wanted) {
    return lines(AccessLog.DECISION).stream()
        .filter(wanted)
        .peek(facts -> facts.keySet().removeAll(MEASURED))
        .toList();
  }

  /** All facts of each line about an event, values as text. */
  public List<Map<String, String>> lines(String event) {
    return events.stream()
        .filter(line -> line.getMessage().equals(event))
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
