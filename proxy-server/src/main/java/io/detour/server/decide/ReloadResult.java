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
      int count = warnings.size();
      return (rules == 1 ? "1 rule" : rules + " rules")
          + " in force: "
          + changes
          + (count == 0 ? "" : "; " + (count == 1 ? "1 warning" : count + " warnings"));
    }
  }

  /** The rules that were in force still are. */
  record Kept(List<Problem> problems) implements ReloadResult {
    public Kept {
      problems = List.copyOf(problems);
    }

    @Override
    public String summary() {
      int count = problems.size();
      return (count == 1 ? "1 problem" : count + " problems") + ", the rules in force stay";
    }
  }
}
