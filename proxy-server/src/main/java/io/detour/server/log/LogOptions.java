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
  public static final Duration MIN_PERIODIC = Duration.ofSeconds(1);
  public static final Duration MAX_PERIODIC = Duration.ofDays(1);
  public static final int MAX_USES = 1_000_000;

  public LogOptions withFormat(Format other) {
    return new LogOptions(other, access, level, periodic, usesPerMinute);
  }

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

  public sealed interface Target {
    /** The output of this process. */
    enum Stream implements Target {
      STDOUT,
      STDERR,
      OFF
    }

    /** A file, to whose end lines are added. */
    record File(Path path) implements Target {}
  }
}
