package io.detour.rules.host;

/**
 * What a regular expression could have been written as instead.
 *
 * @param kind the kind of matcher
 * @param text its text: a canonical host, behind a dot where only names below it are meant
 */
record PlainMatch(Kind kind, String text) {
  /** A kind of matcher that is not a regular expression. */
  enum Kind {
    EXACT,
    SUFFIX
  }

  /** As a rule file has it: {@code suffix .old.example.com}. */
  @Override
  public String toString() {
    return switch (kind) {
      case EXACT -> "exact " + text;
      case SUFFIX -> "suffix " + text;
    };
  }
}
