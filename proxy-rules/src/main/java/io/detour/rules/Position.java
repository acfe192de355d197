package io.detour.rules;

/**
 * Where a rule stands.
 *
 * @param file the file as it was named to Detour
 * @param line from 1
 */
public record Position(String file, int line) {
  /** {@code rules.yaml:12}, as editors and terminals take it. */
  @Override
  public String toString() {
    return file + ':' + line;
  }
}
