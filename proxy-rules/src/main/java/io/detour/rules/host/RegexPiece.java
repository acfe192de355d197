package io.detour.rules.host;

/** A part of an expression, by what it matches in canonical hosts. Immutable. */
sealed interface RegexPiece {
  /**
   * One text.
   *
   * @param text not empty
   */
  record Literal(String text) implements RegexPiece {}

  /** What is not one text. */
  enum Gap implements RegexPiece {
    /** {@code .}: one character. */
    CHARACTER,
    /** {@code .*}: anything. */
    ANYTHING,
    /** {@code .+}: anything but nothing. */
    SOMETHING,
    /** {@code [^.]}: one character of a label. */
    LABEL_CHARACTER,
    /** {@code [^.]+}: a label or a part of one. */
    LABEL,
    /** {@code (.*\.)?}: nothing, or something that ends with a dot. */
    LABELS,
    /** {@code ^}: nothing, at the beginning. */
    BEGIN,
    /** {@code $}: nothing, at the end. */
    END,
    /** Anything or less. */
    UNKNOWN
  }
}
