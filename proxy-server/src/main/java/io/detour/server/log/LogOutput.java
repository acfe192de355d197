package io.detour.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go. Until something else is said that is as {@code logback.xml} has it: text, the
 * access log on standard output, diagnostics on standard error.
 */
public final class LogOutput {
  /** The name of the access log's appender. */
  public static final String ACCESS = "access";

  /** The name of the appender of everything else. */
  public static final String DIAGNOSTICS = "diagnostics";

  private static final int MAX_ENTRIES = 20;
  private static final int ACCESS_QUEUE = 8192;
  private static final Duration REST = Duration.ofMillis(100);
  private static final int DIAGNOSTICS_QUEUE = 1024;
  private static final String TIME = "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level ";

  private final List<LineSink> files = new ArrayList<>();

  private LogOutput() {}

  /**
   * Logs as asked from now on. Before anything is served; lines that were logged before are
   * written.
   *
   * @throws IOException if the file of the access log cannot be written to
   */
  public static LogOutput start(LogOptions options) throws IOException {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? start(context, options)
        : new LogOutput();
  }

  /** The same for one context, which has been configured by {@code logback.xml}. */
  public static LogOutput start(LoggerContext context, LogOptions options) throws IOException {
    LogOutput output = new LogOutput();
    output.configure(context, options);
    return output;
  }

  private void configure(LoggerContext context, LogOptions options) throws IOException {
    Logger access = context.getLogger(AccessLog.LOGGER);
    LineSink.Opening opening = opening(options.access());
    Appender<ILoggingEvent> accessQueue =
        opening == null
            ? null
            : queue(context, ACCESS, ACCESS_QUEUE, encoder(options, "%event%n"), opening);
    access.detachAndStopAllAppenders();
    access.setAdditive(false);
    access.setLevel(accessQueue == null ? Level.OFF : Level.INFO);
    if (accessQueue != null) {
      access.addAppender(accessQueue);
    }
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.toLevel(options.level().name()));
    root.addAppender(
        queue(
            context,
            DIAGNOSTICS,
            DIAGNOSTICS_QUEUE,
            encoder(options, "%logger{0}: %event%n%ex"),
            LineSink.stream(FileDescriptor.err)));
  }

  private static LineSink.@Nullable Opening opening(LogOptions.Target target) {
    return switch (target) {
      case LogOptions.Target.File file -> LineSink.file(file.path());
      case LogOptions.Target.Stream.STDOUT -> LineSink.stream(FileDescriptor.out);
      case LogOptions.Target.Stream.STDERR -> LineSink.stream(FileDescriptor.err);
      case LogOptions.Target.Stream.OFF -> null;
    };
  }

  private static Encoder<ILoggingEvent> encoder(LogOptions options, String pattern) {
    return switch (options.format()) {
      case JSON -> new JsonEvents();
      case TEXT -> {
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setCharset(StandardCharsets.UTF_8);
        text.setPattern(TIME + pattern);
        yield text;
      }
    };
  }

  private DroppingAppender queue(
      LoggerContext context,
      String name,
      int lines,
      Encoder<ILoggingEvent> encoder,
      LineSink.Opening opening)
      throws IOException {
    encoder.setContext(context);
    encoder.start();
    LineSink sink = new LineSink(name, encoder, opening, REST);
    sink.setContext(context);
    sink.start();
    files.add(sink);
    DroppingAppender queue = new DroppingAppender();
    queue.setContext(context);
    queue.setName(name);
    queue.setQueueSize(lines);
    queue.addAppender(sink);
    queue.start();
    return queue;
  }

  /** Opens renamed files again; one that cannot be opened is written to as before. Any thread. */
  public void reopen() throws IOException {
    for (LineSink sink : files) {
      sink.reopen();
    }
  }

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

  /** A WARN line for each entry, and one line that counts those beyond {@value #MAX_ENTRIES}. */
  public static void warnEach(org.slf4j.Logger logger, List<?> entries, String noun) {
    entries.stream().limit(MAX_ENTRIES).forEach(entry -> logger.warn("{}", entry));
    if (entries.size() > MAX_ENTRIES) {
      logger.warn("and {} more {}", entries.size() - MAX_ENTRIES, noun);
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
