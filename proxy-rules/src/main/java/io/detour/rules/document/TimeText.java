package io.detour.rules.document;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Times as people give them, in local time: {@code 2027-03-31}, {@code 2027-03-31T10:05}. */
public final class TimeText {
  /** What {@link #parse} takes. */
  public static final String EXPECTED = "a day like 2027-03-31, or 2027-03-31T10:05";

  /** What is said of a text that {@link #isNoDay}. */
  public static final String NO_DAY = "there is no such day";

  private static final Pattern DAY = Pattern.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?");

  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 9999;

  private TimeText() {}

  /** Whether a text begins like a day that is in no calendar: {@code 2027-02-30}. */
  public static boolean isNoDay(String text) {
    Matcher day = DAY.matcher(text);
    if (!day.matches()) {
      return false;
    }
    try {
      return LocalDate.parse(day.group(1)) == null;
    } catch (DateTimeParseException e) {
      return true;
    }
  }

  /** The day that a text says, in the years 1970 to 9999, or null. */
  public static @Nullable LocalDate day(String text) {
    try {
      LocalDate day = LocalDate.parse(text);
      return day.getYear() < FIRST_YEAR || day.getYear() > LAST_YEAR ? null : day;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** The epoch second of a local time, or of the beginning of a day, 1970 to 9999; or empty. */
  public static OptionalLong parse(String text, ZoneId zone) {
    try {
      LocalDateTime time =
          text.contains("T") ? LocalDateTime.parse(text) : LocalDate.parse(text).atStartOfDay();
      return time.getYear() < FIRST_YEAR || time.getYear() > LAST_YEAR
          ? OptionalLong.empty()
          : OptionalLong.of(time.atZone(zone).toEpochSecond());
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }
}
