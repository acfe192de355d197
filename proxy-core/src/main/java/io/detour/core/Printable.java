package io.detour.core;

/**
 * Text of unknown origin made fit for a message on one line of a terminal or a log.
 *
 * <p>Control and format characters (among them CR, LF, ESC and the marks that reorder text) and
 * what has no glyph are written as {@code \}{@code uXXXX}; a text longer than {@value #MAX_LENGTH}
 * characters is cut.
 */
public final class Printable {
  /** Characters of the input that are shown at most; longer than any host name. */
  static final int MAX_LENGTH = 300;

  private Printable() {}

  /** The text in double quotes, with quotes and backslashes inside it escaped too. */
  public static String quoted(String text) {
    return '"' + escaped(text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
  }

  /** The text in double quotes as it was written: only what is not fit is escaped. */
  public static String verbatim(String text) {
    return '"' + escaped(text) + '"';
  }

  /** The text without quotes. */
  public static String escaped(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 8);
    text.codePoints().limit(MAX_LENGTH).forEach(c -> append(out, c));
    return text.codePointCount(0, text.length()) > MAX_LENGTH
        ? out.append("...").toString()
        : out.toString();
  }

  /** Whether a text can be shown on one line as it is. */
  public static boolean isLine(String text) {
    return text.codePoints().allMatch(Printable::isPrintable);
  }

  /** Appends a character, escaped if it is not fit. */
  public static void append(StringBuilder out, int codePoint) {
    if (isPrintable(codePoint)) {
      out.appendCodePoint(codePoint);
    } else {
      for (char c : Character.toChars(codePoint)) {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
