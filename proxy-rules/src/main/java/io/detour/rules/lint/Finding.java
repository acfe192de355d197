package io.detour.rules.lint;

import io.detour.rules.Rule.Position;
import io.detour.rules.document.Problem;
import io.detour.rules.lint.Code.Severity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something suspicious about rules. Immutable.
 *
 * @param rule the name of the rule that it is about, or null if it is about none
 * @param line from 1, like {@code column}, or 0 if it is about the file as a whole
 * @param message one sentence on one line, which names the related places too
 */
public record Finding(
    Code code,
    @Nullable String rule,
    String file,
    int line,
    int column,
    String message,
    List<Position> related) {
  public Finding {
    related = List.copyOf(related);
  }

  public Severity severity() {
    return code.severity();
  }

  /** The same as a problem, for who does not tell findings from problems. */
  public Problem problem() {
    return new Problem(file, line, column, severity() + ": " + message);
  }

  /** {@code rules.yaml:14:5: warning: shadowed by "old-zone" at rules.yaml:6}, on one line. */
  @Override
  public String toString() {
    return problem().toString();
  }
}
