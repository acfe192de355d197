package io.detour.rules.yaml;

/**
 * A place in a file.
 *
 * @param line from 1
 * @param column in characters from 1
 */
record Location(int line, int column) {
  /** The first character. */
  static final Location START = new Location(1, 1);
}
