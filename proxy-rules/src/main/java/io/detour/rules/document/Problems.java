package io.detour.rules.document;

import io.detour.core.Parsed;
import io.detour.rules.document.Node.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the problems of one file. For one thread. */
public final class Problems {
  /** A hostile file must not fill the terminal. */
  private static final int MAX_PROBLEMS = 1000;

  private final String file;
  private final Set<Problem> problems = new LinkedHashSet<>();

  /** Of a file as it was named to Detour. */
  public Problems(String file) {
    this.file = file;
  }

  public String file() {
    return file;
  }

  /**
   * Adds a problem in one printable sentence, unless there are a thousand or it is there already.
   * If an alias leads to the place, the message names it.
   */
  public void add(Location at, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      Location alias = at.alias();
      String through =
          alias == null
              ? ""
              : " (through the alias at " + alias.line() + ':' + alias.column() + ")";
      problems.add(new Problem(file, at.line(), at.column(), message + through));
    }
  }

  /** The value of a text at a place; if there is none, null, and the problem behind a beginning. */
  public <T> @Nullable T value(Parsed<T> parsed, Location at, String before) {
    return switch (parsed) {
      case Parsed.Value<T>(T value) -> value;
      case Parsed.Malformed<T>(String problem) -> {
        add(at, before + problem);
        yield null;
      }
    };
  }

  public boolean isEmpty() {
    return problems.isEmpty();
  }

  /** All of them, in the order of the file. */
  public List<Problem> inOrder() {
    List<Problem> ordered = new ArrayList<>(problems);
    ordered.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
    if (ordered.size() == MAX_PROBLEMS) {
      ordered.add(new Problem(file, 0, 0, "further problems are not shown"));
    }
    return ordered;
  }
}
