package io.detour.rules.host;

/** A word of the syntax of RE2, as {@link RegexTokenizer} reads it. Immutable. */
sealed interface RegexToken {
  /**
   * One character, written as it is or escaped.
   *
   * @param foldsCase whether it stands under the flag {@code i}
   */
  record OneCharacter(int codePoint, boolean foldsCase) implements RegexToken {}

  /**
   * {@code .}: any character of a host.
   *
   * @param at its place in the text
   */
  record AnyCharacter(int at) implements RegexToken {}

  /**
   * A class of characters: {@code [a-z]}, {@code \d}, {@code \pN}.
   *
   * @param text as it is written
   * @param foldsCase whether it stands under the flag {@code i}
   */
  record CharacterClass(String text, boolean foldsCase) implements RegexToken {}

  /** {@code ^} or {@code \A}. */
  record Begin() implements RegexToken {}

  /** {@code $} or {@code \z}. */
  record End() implements RegexToken {}

  /** {@code \b} or {@code \B}. */
  record Boundary() implements RegexToken {}

  /** The beginning of a group of any kind, with its name or flags. */
  record Open() implements RegexToken {}

  /** The end of a group. */
  record Close() implements RegexToken {}

  /** {@code |}. */
  record Bar() implements RegexToken {}

  /**
   * How often the last thing is repeated.
   *
   * @param min at least
   * @param max at most, or {@link #UNBOUNDED}
   * @param counted whether it is written with numbers, which RE2 unrolls
   */
  record Repeat(int min, int max, boolean counted) implements RegexToken {
    static final int UNBOUNDED = -1;
  }
}
