package io.detour.rules.condition;

import static java.util.stream.Collectors.toMap;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The minutes of a crontab(5) line, in local time without changes of the clock. Each field is a set
 * of numbers as bits; a search skips whole months. Immutable.
 *
 * @param eitherDay whether a day fits by its month or by its week alone: when neither field begins
 *     with {@code *}
 */
record CronLine(
    long minutes, long hours, long daysOfMonth, long months, long daysOfWeek, boolean eitherDay) {
  private static final int MAX_LENGTH = 200;
  private static final int MINUTES_OF_HOUR = 60;
  private static final int HOURS_OF_DAY = 24;

  /** A leap day of a certain weekday comes every 28 years, or 40 around a year like 2100. */
  private static final int MAX_YEARS = 41;

  private static final LocalDateTime SOME_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

  private static final List<CronField> FIELDS =
      List.of(
          new CronField("minute", 0, 59, Map.of()),
          new CronField("hour", 0, 23, Map.of()),
          new CronField("day of month", 1, 31, Map.of()),
          new CronField("month", 1, 12, CronField.MONTHS),
          new CronField("day of week", 0, 7, CronField.DAYS));

  /** Reads a line: minute, hour, day of month, month, day of week. */
  static Parsed<CronLine> parse(String text) {
    String[] texts = text.strip().split("[ \t]+", -1);
    if (text.length() > MAX_LENGTH || texts.length != FIELDS.size()) {
      return malformed(text, "expected: minute hour day-of-month month day-of-week");
    }
    long[] sets = new long[FIELDS.size()];
    for (int i = 0; i < sets.length; i++) {
      sets[i] = FIELDS.get(i).numbers(texts[i]);
      if (sets[i] == 0) {
        return malformed(text, FIELDS.get(i).expected(texts[i]));
      }
    }
    boolean eitherDay = !texts[2].startsWith("*") && !texts[4].startsWith("*");
    long daysOfWeek = sets[4] | (sets[4] >> 7 & 1);
    CronLine line = new CronLine(sets[0], sets[1], sets[2], sets[3], daysOfWeek, eitherDay);
    return line.firstBehind(SOME_TIME) == null
        ? malformed(text, "there is no such day")
        : Parsed.of(line);
  }

  private static Parsed<CronLine> malformed(String text, String reason) {
    return Parsed.malformed("cron: " + Printable.quoted(text) + " (" + reason + ")");
  }

  /** The first time of this line that is later than a time, or null if there is none. */
  @Nullable LocalDateTime firstBehind(LocalDateTime time) {
    LocalDate day = time.toLocalDate();
    LocalDate end = day.plusYears(MAX_YEARS);
    int from = time.getHour() * MINUTES_OF_HOUR + time.getMinute() + 1;
    while (day.isBefore(end)) {
      if (!has(months, day.getMonthValue())) {
        day = day.withDayOfMonth(1).plusMonths(1);
      } else {
        int minute = isOn(day) ? firstMinute(from) : -1;
        if (minute >= 0) {
          return at(day, minute);
        }
        day = day.plusDays(1);
      }
      from = 0;
    }
    return null;
  }

  /** The last time of this line that is earlier than a time, or null if there is none. */
  @Nullable LocalDateTime lastBefore(LocalDateTime time) {
    LocalDate day = time.toLocalDate();
    LocalDate end = day.minusYears(MAX_YEARS);
    boolean wholeMinute = time.getSecond() == 0 && time.getNano() == 0;
    int to = time.getHour() * MINUTES_OF_HOUR + time.getMinute() - (wholeMinute ? 1 : 0);
    while (day.isAfter(end)) {
      if (!has(months, day.getMonthValue())) {
        day = day.withDayOfMonth(1).minusDays(1);
      } else {
        int minute = isOn(day) ? lastMinute(to) : -1;
        if (minute >= 0) {
          return at(day, minute);
        }
        day = day.minusDays(1);
      }
      to = HOURS_OF_DAY * MINUTES_OF_HOUR - 1;
    }
    return null;
  }

  private static LocalDateTime at(LocalDate day, int minute) {
    return day.atTime(minute / MINUTES_OF_HOUR, minute % MINUTES_OF_HOUR);
  }

  private boolean isOn(LocalDate day) {
    boolean ofMonth = has(daysOfMonth, day.getDayOfMonth());
    boolean ofWeek = has(daysOfWeek, day.getDayOfWeek().getValue() % 7);
    return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
  }

  /** The first minute of the day that is not before a minute, or -1. */
  private int firstMinute(int from) {
    for (int hour = from / MINUTES_OF_HOUR; hour < HOURS_OF_DAY; hour++) {
      boolean first = hour == from / MINUTES_OF_HOUR;
      long left = first ? minutes & (-1L << (from % MINUTES_OF_HOUR)) : minutes;
      if (has(hours, hour) && left != 0) {
        return hour * MINUTES_OF_HOUR + Long.numberOfTrailingZeros(left);
      }
    }
    return -1;
  }

  /** The last minute of the day that is not behind a minute, which may be -1; or -1. */
  private int lastMinute(int to) {
    for (int hour = Math.floorDiv(to, MINUTES_OF_HOUR); hour >= 0; hour--) {
      boolean last = hour == to / MINUTES_OF_HOUR;
      long left = last ? minutes & ((2L << (to % MINUTES_OF_HOUR)) - 1) : minutes;
      if (has(hours, hour) && left != 0) {
        return hour * MINUTES_OF_HOUR + Long.SIZE - 1 - Long.numberOfLeadingZeros(left);
      }
    }
    return -1;
  }

  private static boolean has(long set, int number) {
    return (set >> number & 1) != 0;
  }

  /**
   * A field of a cron line: numbers to at most 63 and lower-case names of them, as {@code *}, one,
   * a range, a step or a list.
   */
  private record CronField(String name, int min, int max, Map<String, Integer> words) {
    static final Map<String, Integer> MONTHS =
        numbered(1, "jan feb mar apr may jun jul aug sep oct nov dec");

    static final Map<String, Integer> DAYS = numbered(0, "sun mon tue wed thu fri sat");

    private static final Pattern ITEM =
        Pattern.compile(
            "(?:\\*|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?");

    private static Map<String, Integer> numbered(int first, String words) {
      String[] all = words.split(" ", -1);
      return IntStream.range(0, all.length).boxed().collect(toMap(i -> all[i], i -> first + i));
    }

    long numbers(String text) {
      long numbers = 0;
      for (String item : text.toLowerCase(Locale.ROOT).split(",", -1)) {
        long more = itemNumbers(item);
        if (more == 0) {
          return 0;
        }
        numbers |= more;
      }
      return numbers;
    }

    private long itemNumbers(String item) {
      Matcher matcher = ITEM.matcher(item);
      if (!matcher.matches()) {
        return 0;
      }
      String low = matcher.group(1);
      String high = matcher.group(2);
      String step = matcher.group(3);
      if (low != null && high == null && step != null) {
        return 0;
      }
      int first = low == null ? min : number(low);
      int last = low == null ? max : high == null ? first : rangeEnd(first, high);
      int distance = step == null ? 1 : Integer.parseInt(step);
      if (first < min || last > max || distance == 0) {
        return 0;
      }
      long numbers = 0;
      for (int number = first; number <= last; number += distance) {
        numbers |= 1L << number;
      }
      return numbers;
    }

    /** A week that begins on Monday ends on {@code sun}. */
    private int rangeEnd(int first, String text) {
      int last = number(text);
      return last == 0 && first > 0 && words.containsKey(text) ? max : last;
    }

    /** The number of a name or of digits, or -1. */
    private int number(String text) {
      Integer number = words.get(text);
      return number != null ? number : isDigit(text) ? Integer.parseInt(text) : -1;
    }

    private static boolean isDigit(String text) {
      return text.charAt(0) >= '0' && text.charAt(0) <= '9';
    }

    String expected(@Nullable String text) {
      return name + ": " + text + ", expected: *, " + min + ".." + max + ", a range, a list or */N";
    }
  }
}
