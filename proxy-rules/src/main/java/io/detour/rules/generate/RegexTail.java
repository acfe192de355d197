package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is certain about the end of the names that an expression matches whole. */
final class RegexTail {
  /** From an escaped dot to the end nothing but letters of names: these stand in no group. */
  private static final Pattern LITERAL_TAIL =
      Pattern.compile("\\\\\\.((?:[a-z0-9_-]|(?<=[a-z0-9_-])\\\\\\.(?=[a-z0-9_-]))+)\\$?$");

  private RegexTail() {}

  /**
   * The domain that all names are below, or null if nothing is certain.
   *
   * @param expression in RE2's syntax
   */
  static @Nullable Host domain(String expression) {
    // An alternative may end differently, and quoted text is no syntax.
    if (expression.contains("|") || expression.contains("\\Q")) {
      return null;
    }
    Matcher tail = LITERAL_TAIL.matcher(expression);
    if (!tail.find() || isEscapedBackslash(expression, tail.start())) {
      return null;
    }
    return switch (Host.parse(tail.group(1).replace("\\.", "."))) {
      case Parsed.Value(Host host) -> host.isAddress() ? null : host;
      case Parsed.Malformed(_) -> null;
    };
  }

  /** Whether the backslash at a place is itself escaped, so that the dot behind it is any. */
  private static boolean isEscapedBackslash(String expression, int at) {
    int backslashes = 0;
    while (at - backslashes > 0 && expression.charAt(at - backslashes - 1) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }
}
