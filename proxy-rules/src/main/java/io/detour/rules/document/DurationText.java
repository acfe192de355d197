package io.detour.rules.document;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as everywhere in Detour's configuration: {@code 500ms}, {@code 30s}, {@code 1h}. */
public final class DurationText {
  /** More is a typing error, and 292 years of nanoseconds overflow a long. */
  public static final Duration MAX_DURATION = Duration.ofDays(365);

  /** What {@link #parse} takes. */
  public static final String EXPECTED = "a number with us, ms, s, m, h or d, such as 30s";

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(us|ms|s|m|h|d)");

  private DurationText() {}

  /**
   * The duration that a text says, which may be longer than {@link #MAX_DURATION}; null if none.
   */
  public static @Nullable Duration parse(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "us" -> Duration.ofNanos(1000 * number);
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  /** The shortest text for a duration of whole microseconds. */
  public static String of(Duration duration) {
    if (duration.toNanosPart() % 1_000_000 != 0) {
      return duration.toNanos() / 1000 + "us";
    }
    if (duration.toMillisPart() != 0) {
      return duration.toMillis() + "ms";
    }
    if (duration.toSecondsPart() != 0 || duration.isZero()) {
      return duration.toSeconds() + "s";
    }
    if (duration.toMinutesPart() != 0) {
      return duration.toMinutes() + "m";
    }
    return duration.toHoursPart() != 0 ? duration.toHours() + "h" : duration.toDays() + "d";
  }
}
