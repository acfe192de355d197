package io.detour.server.config;

import java.nio.file.Path;

/** Where the rules come from. */
public sealed interface RuleSource {
  /**
   * A file, if there is one; else there are no rules.
   *
   * @param path relative to the current folder
   */
  record IfPresent(Path path) implements RuleSource {}

  /**
   * A file that has to be there.
   *
   * @param path absolute, or relative to the current folder
   */
  record File(Path path) implements RuleSource {}

  /** There are no rules. */
  record None() implements RuleSource {}
}
