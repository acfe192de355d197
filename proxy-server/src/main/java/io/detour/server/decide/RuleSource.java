package io.detour.server.decide;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the rules stand. */
public sealed interface RuleSource {
  /** Files and folders, absolute or relative to the current folder; none if there are no rules. */
  List<Path> paths();

  /** Those that have to be there, or are. */
  List<Path> existing();

  /** A file, if there is one; else there are no rules. */
  record IfPresent(Path path) implements RuleSource {
    @Override
    public List<Path> paths() {
      return List.of(path);
    }

    @Override
    public List<Path> existing() {
      return Files.exists(path) ? paths() : List.of();
    }
  }

  /** Files and folders that have to be there, read as one rule set in this order. */
  record Listed(List<Path> paths) implements RuleSource {
    public Listed {
      paths = List.copyOf(paths);
    }

    @Override
    public List<Path> existing() {
      return paths;
    }
  }
}
