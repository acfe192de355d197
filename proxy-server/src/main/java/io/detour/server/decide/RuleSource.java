package io.detour.server.decide;

import java.nio.file.Path;
import java.util.List;

/** Where the rules come from. */
public sealed interface RuleSource {
  /**
   * A file, if there is one; else there are no rules.
   *
   * @param path relative to the current folder
   */
  record IfPresent(Path path) implements RuleSource {}

  /**
   * Files and folders that have to be there, read as one rule set in this order.
   *
   * @param paths absolute, or relative to the current folder; none if there are no rules
   */
  record Listed(List<Path> paths) implements RuleSource {
    public Listed {
      paths = List.copyOf(paths);
    }
  }
}
