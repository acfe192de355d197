package io.detour.server.decide;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.Finding;
import java.util.List;

/** What came of reading the rules again. */
public sealed interface ReloadResult {
  /** One line for people. */
  String summary();

  /**
   * What was read decides now.
   *
   * @param changes what is different, on one line; {@code unchanged} if nothing is
   */
  record Replaced(int rules, String changes, List<Finding> warnings) implements ReloadResult {
    public Replaced {
      warnings = List.copyOf(warnings);
    }

    @Override
    public String summary() {
      String warned = warnings.isEmpty() ? "" : "; " + counted(warnings.size(), "warning");
      return counted(rules, "rule") + " in force: " + changes + warned;
    }
  }

  /** The rules that were in force still are. */
  record Kept(List<Problem> problems) implements ReloadResult {
    public Kept {
      problems = List.copyOf(problems);
    }

    @Override
    public String summary() {
      return counted(problems.size(), "problem") + ", the rules in force stay";
    }
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
