package io.detour.rules.lint;

import org.jspecify.annotations.Nullable;

/**
 * Finds a character that a regular expression of RE2 asks for and no host has. Looks at the
 * characters that stand for themselves outside of classes, and only if no flag changes what they
 * match.
 */
final class RegexCharacters {
  private static final String META = "\\^$.|?*+()[]{}";
  private static final String OF_HOSTS = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";

  private final String regex;
  private int at;

  private RegexCharacters(String regex) {
    this.regex = regex;
  }

  /** The first such character, or null. */
  static @Nullable Character impossible(String regex) {
    return new RegexCharacters(regex).find();
  }

  private @Nullable Character find() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      if (c == '(' && regex.startsWith("(?", at)) {
        if (!skipGroupHead()) {
          return null;
        }
      } else if (c == '[') {
        skipClass();
      } else if (c == '{') {
        skipTo('}');
      } else if (c == '\\') {
        Character escaped = escaped();
        if (escaped != null && isImpossible(escaped)) {
          return escaped;
        }
      } else {
        at++;
        if (META.indexOf(c) < 0 && isImpossible(c) && !isOptional()) {
          return c;
        }
      }
    }
    return null;
  }

  private static boolean isImpossible(char c) {
    return OF_HOSTS.indexOf(c) < 0;
  }

  /** Whether what stands before may be left out. */
  private boolean isOptional() {
    return regex.startsWith("?", at) || regex.startsWith("*", at) || regex.startsWith("{0", at);
  }

  /** Moves behind {@code (?:} or {@code (?P<name>}; false if flags are set. */
  private boolean skipGroupHead() {
    if (regex.startsWith("(?:", at)) {
      at += 3;
      return true;
    }
    if (regex.startsWith("(?P<", at) || regex.startsWith("(?<", at)) {
      skipTo('>');
      return true;
    }
    return false;
  }

  /** Moves behind the next such character. */
  private void skipTo(char end) {
    int found = regex.indexOf(end, at);
    at = found < 0 ? regex.length() : found + 1;
  }

  /** Moves behind a class; a bracket right at its beginning is one of its characters. */
  private void skipClass() {
    at++;
    at += regex.startsWith("^", at) ? 1 : 0;
    at += regex.startsWith("]", at) ? 1 : 0;
    while (at < regex.length() && regex.charAt(at) != ']') {
      if (regex.startsWith("[:", at)) {
        int end = regex.indexOf(":]", at);
        at = end < 0 ? at + 1 : end + 2;
      } else {
        at += regex.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  /** Moves behind an escape; the punctuation that it stands for, or null if it is a word of RE2. */
  private @Nullable Character escaped() {
    int escape = at;
    at += 2;
    if (at > regex.length()) {
      return null;
    }
    char c = regex.charAt(escape + 1);
    if (c == 'Q') {
      int end = regex.indexOf("\\E", at);
      at = end < 0 ? regex.length() : end + 2;
      return null;
    }
    if ((c == 'x' || c == 'p' || c == 'P') && regex.startsWith("{", at)) {
      skipTo('}');
      return null;
    }
    if (c == 'x' || c == 'p' || c == 'P') {
      at += c == 'x' ? 2 : 1;
      return null;
    }
    return Character.isLetterOrDigit(c) || isOptional() ? null : Character.valueOf(c);
  }
}
