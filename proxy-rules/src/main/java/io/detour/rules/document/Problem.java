package io.detour.rules.document;

import io.detour.core.Printable;

/**
 * Something that is wrong with a file, in one sentence on one line.
 *
 * @param line from 1, like {@code column}, or 0 if the problem is with the file as a whole
 */
public record Problem(String file, int line, int column, String message) {
  /** {@code rules.yaml:12:5: message}, on one line, as editors and terminals take it. */
  @Override
  public String toString() {
    String place = line == 0 ? "" : ":" + line + ':' + column;
    return Printable.escaped(file) + place + ": " + message;
  }
}
