package io.detour.rules.document;

import org.jspecify.annotations.Nullable;

/**
 * A place in a file.
 *
 * @param line from 1, or 0 for the file as a whole
 * @param column in characters from 1, or 0 for the file as a whole
 * @param alias where the alias stands that put here what is written at this place, or null if none
 *     did
 */
public record Location(int line, int column, @Nullable Location alias) {
  /** The file as a whole. */
  public static final Location FILE = new Location(0, 0);

  /** The first character. */
  static final Location START = new Location(1, 1);

  /** A place without an alias. */
  public Location(int line, int column) {
    this(line, column, null);
  }

  /** The same place, reached through an alias. */
  Location through(Location place) {
    return new Location(line, column, place);
  }
}
