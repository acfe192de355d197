package io.detour.rules.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of one file. For one thread. */
final class Problems {
  /** A hostile file must not fill the terminal. */
  private static final int MAX_PROBLEMS = 1000;

  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  void add(Location at, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new Problem(file, at.line(), at.column(), message));
    }
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  /** In the order of the file. */
  List<Problem> inOrder() {
    List<Problem> ordered = new ArrayList<>(problems);
    ordered.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    if (ordered.size() == MAX_PROBLEMS) {
      ordered.add(new Problem(file, 0, 0, "further problems are not shown"));
    }
    return ordered;
  }
}
