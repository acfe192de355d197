package io.detour.ops.ledger;

import org.jspecify.annotations.Nullable;

/** Text of clients made fit for memory and for every database. */
final class StoredText {
  /** Longer than any host name, and enough of what a program says of itself. */
  static final int MAX_CHARACTERS = 256;

  private static final char REPLACEMENT = '\ufffd';

  private StoredText() {}

  /** At most {@value #MAX_CHARACTERS} characters; usually the same object. */
  static @Nullable String shortened(@Nullable String text) {
    return text == null ? null : shortenedText(text);
  }

  /** The same for a text that is there. */
  static String shortenedText(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  /**
   * Without NUL, which PostgreSQL refuses in a text, and without halves of a character of two
   * UTF-16 units, which have no UTF-8: one such text would keep its whole batch from being written.
   */
  static @Nullable String clean(@Nullable String text) {
    return text == null ? null : cleanText(text);
  }

  /** The same for a text that is there. */
  static String cleanText(String text) {
    if (text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                clean.appendCodePoint(
                    c == 0 || Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c));
    return clean.toString();
  }
}
