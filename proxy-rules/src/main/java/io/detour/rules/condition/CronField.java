package io.detour.rules.condition;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may stand in a field of a cron line: {@code *}, a number or a name, a range, a step behind
 * {@code *} or a range, or a list of these.
 *
 * @param name for messages
 * @param min the lowest number
 * @param max the highest number, at most 63
 * @param words names of numbers, in lower case
 */
record CronField(String name, int min, int max, Map<String, Integer> words) {
  static final Map<String, Integer> MONTHS =
      Map.ofEntries(
          Map.entry("jan", 1),
          Map.entry("feb", 2),
          Map.entry("mar", 3),
          Map.entry("apr", 4),
          Map.entry("may", 5),
          Map.entry("jun", 6),
          Map.entry("jul", 7),
          Map.entry("aug", 8),
          Map.entry("sep", 9),
          Map.entry("oct", 10),
          Map.entry("nov", 11),
          Map.entry("dec", 12));

  static final Map<String, Integer> DAYS =
      Map.of("sun", 0, "mon", 1, "tue", 2, "wed", 3, "thu", 4, "fri", 5, "sat", 6);

  private static final Pattern ITEM =
      Pattern.compile("(?:\\*|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?");

  /** The numbers that a text stands for as bits, or 0 if it is no such field. */
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

  /** What should have stood where a text stands. */
  String expected(@Nullable String text) {
    return name + ": " + text + ", expected: *, " + min + ".." + max + ", a range, a list or */N";
  }
}
