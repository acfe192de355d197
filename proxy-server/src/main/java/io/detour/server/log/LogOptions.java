package io.detour.server.log;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What is logged, and where to. Immutable.
 *
 * @param access where the access log goes; diagnostics go to standard error
 * @param periodic how often the tunnels that are open are reported, {@link #MIN_PERIODIC} to {@link
 *     #MAX_PERIODIC}, or zero for never
 * @param usesPerMinute how many lines a minute the uses of one rule by one client may have, to
 *     {@link #MAX_USES}, or 0 for any number
 */
public record LogOptions(
    Format format, Target access, Level level, Duration periodic, int usesPerMinute) {
  /** The shortest time between two reports of open tunnels. */
  public static final Duration MIN_PERIODIC = Duration.ofSeconds(1);

  /** The longest time between two reports of open tunnels. */
  public static final Duration MAX_PERIODIC = Duration.ofDays(1);

  /** The most lines that may be asked for. */
  public static final int MAX_USES = 1_000_000;

  private static final int USUAL_USES = 10;

  /** JSON to standard output, diagnostics from INFO, open tunnels are not reported. */
  public static LogOptions defaults() {
    return new LogOptions(Format.JSON, Target.Stream.STDOUT, Level.INFO, Duration.ZERO, USUAL_USES);
  }

  /** The same in another format. */
  public LogOptions withFormat(Format other) {
    return new LogOptions(other, access, level, periodic, usesPerMinute);
  }

  /** The same with other diagnostics. */
  public LogOptions withLevel(Level other) {
    return new LogOptions(format, access, other, periodic, usesPerMinute);
  }

  /** The same with open tunnels reported so often. */
  public LogOptions withPeriodic(Duration other) {
    return new LogOptions(format, access, level, other, usesPerMinute);
  }

  /** The same with so many lines for the uses of one rule by one client, or 0 for any number. */
  public LogOptions withUsesPerMinute(int other) {
    return new LogOptions(format, access, level, periodic, other);
  }

  /** How log lines look. */
  public enum Format {
    /** A JSON object on each line, as {@link JsonEvents} writes it. */
    JSON,
    /** For people, as {@link EscapedEvent} writes it. */
    TEXT
  }

  /** The least important line of Detour's own diagnostics that is written. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** Where lines go. */
  public sealed interface Target {
    /** The output of this process. */
    enum Stream implements Target {
      STDOUT,
      STDERR,
      /** Nowhere. */
      OFF
    }

    /** A file, to whose end lines are added. */
    record File(Path path) implements Target {}
  }
}
