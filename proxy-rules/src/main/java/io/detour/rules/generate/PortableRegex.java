package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An expression in the part of RE2's syntax that means the same in JavaScript (ES3) and in PCRE.
 * Immutable.
 *
 * <p>Both backtrack, in exponential time where a repeated group holds a repetition or a choice.
 * That is not portable, nor are flags, Unicode classes, anchors but {@code ^} and {@code $}, or
 * characters that stand in no name.
 */
final class PortableRegex {
  /** What the names of groups begin with. */
  static final String GROUP = "detour_";

  private static final String ESCAPABLE = ".-_()[]{}*+?|^$/dDwW";

  private final String expression;
  private final StringBuilder named = new StringBuilder();
  private int at;
  private int groups;

  /** For each open group whether what is around it holds a repetition or a choice so far. */
  private final Deque<Boolean> open = new ArrayDeque<>();

  /** Whether the innermost open group does. */
  private boolean branching;

  /** Whether the last token closed a group that does. */
  private boolean afterBranchingGroup;

  private PortableRegex(String expression) {
    this.expression = expression;
  }

  /** Reads an expression of RE2, or null if it is not portable. */
  static @Nullable PortableRegex parse(String expression) {
    PortableRegex regex = new PortableRegex(expression);
    return regex.read() ? regex : null;
  }

  /** For {@code new RegExp}: matches whole names. */
  String javaScript() {
    return "^(?:" + named.toString().replaceAll("\\?<" + GROUP + "[0-9]+>", "") + ")$";
  }

  /** Matches whole names; group 1 is named {@code detour_1}, the whole {@code detour_0}. */
  String withNamedGroups() {
    return "^(?<" + GROUP + "0>" + named + ")$";
  }

  private boolean read() {
    open.push(false);
    while (at < expression.length()) {
      if (!readToken()) {
        return false;
      }
    }
    return open.size() == 1;
  }

  private boolean readToken() {
    char c = expression.charAt(at);
    boolean followsBranching = afterBranchingGroup;
    afterBranchingGroup = false;
    return switch (c) {
      case '\\' -> readEscape();
      case '[' -> readClass();
      case '(' -> readGroupStart();
      case ')' -> readGroupEnd();
      case '*', '+', '?', '{' -> (c == '?' || !followsBranching) && readRepetition();
      case '|' -> {
        branching = true;
        yield copy(1);
      }
      case '.', '^', '$' -> copy(1);
      default -> isNameCharacter(c) && copy(1);
    };
  }

  private boolean readEscape() {
    return at + 1 < expression.length()
        && ESCAPABLE.indexOf(expression.charAt(at + 1)) >= 0
        && copy(2);
  }

  private boolean readClass() {
    copy(expression.startsWith("[^", at) ? 2 : 1);
    int start = at;
    while (at < expression.length()) {
      char c = expression.charAt(at);
      if (c == ']') {
        return at > start && copy(1);
      }
      boolean fits = c == '\\' ? readEscape() : (c == '.' || isNameCharacter(c)) && copy(1);
      if (!fits) {
        return false;
      }
    }
    return false;
  }

  private boolean readGroupStart() {
    open.push(branching);
    branching = false;
    if (expression.startsWith("(?:", at)) {
      return copy(3);
    }
    int start = at;
    if (expression.startsWith("(?P<", at) || expression.startsWith("(?<", at)) {
      at = expression.indexOf('>', at);
    }
    if (at < 0 || (at == start && expression.startsWith("(?", at))) {
      return false;
    }
    at++;
    groups++;
    named.append("(?<" + GROUP).append(groups).append('>');
    return true;
  }

  private boolean readGroupEnd() {
    if (open.size() < 2) {
      return false;
    }
    afterBranchingGroup = branching;
    branching |= open.pop();
    return copy(1);
  }

  private boolean readRepetition() {
    int length = 1;
    if (expression.charAt(at) == '{') {
      int end = expression.indexOf('}', at);
      if (end < 0 || !expression.substring(at + 1, end).matches("[0-9]+(,[0-9]*)?")) {
        return false;
      }
      length = end + 1 - at;
    }
    branching = true;
    boolean lazy = at + length < expression.length() && expression.charAt(at + length) == '?';
    return copy(lazy ? length + 1 : length);
  }

  private boolean copy(int length) {
    named.append(expression, at, at + length);
    at += length;
    return true;
  }

  private static boolean isNameCharacter(char c) {
    return (c < 0x80 && Character.isLetterOrDigit(c)) || c == '-' || c == '_';
  }

  /** What is certain about the end of the names that an expression matches whole. */
  static final class RegexTail {
    /** From an escaped dot to the end nothing but letters of names: these stand in no group. */
    private static final Pattern LITERAL_TAIL =
        Pattern.compile("\\\\\\.((?:[a-z0-9_-]|(?<=[a-z0-9_-])\\\\\\.(?=[a-z0-9_-]))+)\\$?$");

    private RegexTail() {}

    /** The domain that all names are below, or null if nothing is certain. */
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
}
