package io.detour.rules.document;

/**
 * A place in a file.
 *
 * @param line from 1, or 0 for the file as a whole
 * @param column in characters from 1, or 0 for the file as a whole
 */
public record Location(int line, int column) {
  /** The file as a whole. */
  public static final Location FILE = new Location(0, 0);

  /** The first character. */
  static final Location START = new Location(1, 1);
}
