package io.detour.rules.host;

import io.detour.rules.host.RegexTokenizer.RegexToken;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How large a regular expression may become once it is compiled. RE2 unrolls counted repetition, so
 * that {@code ((a{1000}){1000}){1000}} would be a thousand million instructions. The size is
 * estimated before that, never too small: each character, class or sign counts one, and {@code
 * {n,m}} multiplies what stands before it by the larger number.
 */
final class RegexBounds {
  /** Longest expression in characters. */
  static final int MAX_LENGTH = 1000;

  /** Largest reckoned size: the worst expression takes a host of 253 characters about 0.7 ms. */
  static final int MAX_SIZE = 500;

  private final Deque<Long> enclosing = new ArrayDeque<>();
  private long group;
  private long atom;

  private RegexBounds() {}

  /** What about a text is out of bounds, as the rest of a sentence, or null. */
  static @Nullable String excess(String regex) {
    if (regex.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    if (regex.contains("\\Q")) {
      return "has \\Q (expected: a backslash before each special character)";
    }
    return new RegexBounds().size(regex) > MAX_SIZE
        ? "is too large with its repetitions unrolled (expected: at most "
            + MAX_SIZE
            + " characters and classes)"
        : null;
  }

  private long size(String regex) {
    for (RegexToken token : RegexTokenizer.tokens(regex)) {
      switch (token) {
        case RegexToken.Open _ -> open();
        case RegexToken.Close _ -> close();
        case RegexToken.Repeat repeat -> repeat(repeat);
        case RegexToken.OneCharacter _,
            RegexToken.AnyCharacter _,
            RegexToken.CharacterClass _,
            RegexToken.Begin _,
            RegexToken.End _,
            RegexToken.Boundary _,
            RegexToken.Bar _ ->
            single();
      }
    }
    while (!enclosing.isEmpty()) {
      close();
    }
    return group + atom;
  }

  private void single() {
    group = saturated(group + atom);
    atom = 1;
  }

  private void open() {
    enclosing.push(saturated(group + atom));
    group = 0;
    atom = 1;
  }

  private void close() {
    atom = saturated(group + atom + 1);
    group = enclosing.isEmpty() ? 0 : enclosing.pop();
  }

  private void repeat(RegexToken.Repeat repeat) {
    if (repeat.counted()) {
      boolean unbounded = repeat.max() == RegexToken.Repeat.UNBOUNDED;
      long largest = unbounded ? repeat.min() + 1L : Math.max(repeat.min(), repeat.max());
      atom = saturated(atom * Math.max(1, largest));
    } else {
      atom = saturated(atom + 1);
    }
  }

  private static long saturated(long size) {
    return Math.min(size, Integer.MAX_VALUE);
  }
}
