package io.detour.rules;

import com.google.re2j.Pattern;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How large a regular expression may become once it is compiled.
 *
 * <p>RE2 unrolls counted repetition: {@code ((a{1000}){1000}){1000}} is short to write and would be
 * a thousand million instructions, and the time of a match is instructions times characters. So the
 * size is reckoned before the compiler sees the text: every character, escape or class counts one,
 * a group counts what it holds, and {@code {n,m}} multiplies what stands before it by the larger
 * number. The reckoning reads just enough syntax never to come out smaller than the truth; the
 * compiler is the judge of the rest.
 */
final class RegexBounds {
  /** Longest expression in characters. */
  static final int MAX_LENGTH = 1000;

  /** Largest reckoned size: the worst expression takes a host of 253 characters about 0.7 ms. */
  static final int MAX_SIZE = 500;

  /** What stands between the braces of a repetition. */
  private static final Pattern COUNTS = Pattern.compile("[0-9]+(,[0-9]*)?");

  private final String regex;
  private final Deque<Long> enclosing = new ArrayDeque<>();
  private long group;
  private long atom;
  private int at;

  private RegexBounds(String regex) {
    this.regex = regex;
  }

  /** What about a text is out of bounds, as the rest of a sentence, or null. */
  static @Nullable String excess(String regex) {
    if (regex.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    if (regex.contains("\\Q")) {
      return "has \\Q (expected: a backslash before each special character)";
    }
    return new RegexBounds(regex).size() > MAX_SIZE
        ? "is too large with its repetitions unrolled (expected: at most "
            + MAX_SIZE
            + " characters and classes)"
        : null;
  }

  private long size() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      switch (c) {
        case '(' -> open();
        case ')' -> close();
        case '[' -> single(endOfClass());
        case '\\' -> single(Math.min(at + 2, regex.length()));
        case '{' -> repeat();
        default -> single(at + 1);
      }
    }
    while (!enclosing.isEmpty()) {
      close();
    }
    return group + atom;
  }

  private void single(int end) {
    group = saturated(group + atom);
    atom = 1;
    at = end;
  }

  private void open() {
    enclosing.push(saturated(group + atom));
    group = 0;
    atom = 1;
    at++;
  }

  private void close() {
    atom = saturated(group + atom + 1);
    group = enclosing.isEmpty() ? 0 : enclosing.pop();
    at++;
  }

  /** Multiplies the last atom if a repetition stands here; otherwise the brace is a character. */
  private void repeat() {
    int end = regex.indexOf('}', at);
    String counts = end < 0 ? "" : regex.substring(at + 1, end);
    if (!COUNTS.matches(counts)) {
      single(at + 1);
      return;
    }
    long largest = 1;
    for (String count : counts.split(",", -1)) {
      largest = count.isEmpty() ? largest + 1 : Math.max(largest, number(count));
    }
    atom = saturated(atom * largest);
    at = end + 1;
  }

  /** The index behind a bracket expression; a bracket that comes first in it is a member. */
  private int endOfClass() {
    int i = at + 1;
    if (i < regex.length() && regex.charAt(i) == '^') {
      i++;
    }
    int first = i;
    while (i < regex.length() && (i == first || regex.charAt(i) != ']')) {
      if (regex.charAt(i) == '\\') {
        i += 2;
      } else if (regex.startsWith("[:", i) && regex.indexOf(":]", i + 2) > 0) {
        i = regex.indexOf(":]", i + 2) + 2;
      } else {
        i++;
      }
    }
    return Math.min(i + 1, regex.length());
  }

  private static long number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }

  private static long saturated(long size) {
    return Math.min(size, Integer.MAX_VALUE);
  }
}
