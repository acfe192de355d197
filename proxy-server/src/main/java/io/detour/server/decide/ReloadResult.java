package io.detour.server.decide;

import io.detour.rules.lint.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of reading the rules again, and the files that are read with them. */
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

  /**
   * Files have a problem, and what they said before still decides.
   *
   * @param problems each a sentence that names its file
   * @param files which files: {@code rules}, or as {@link io.detour.server.files.FileWatch} has it
   * @param rules what came of the rules if these are without a problem and were read
   */
  record Kept(List<String> problems, List<String> files, @Nullable Replaced rules)
      implements ReloadResult {
    public Kept {
      problems = List.copyOf(problems);
      files = List.copyOf(files);
    }

    @Override
    public String summary() {
      String stay = ", the " + String.join(" and ", files) + " in force stay";
      String rest = rules == null ? "" : "; " + rules.summary();
      return counted(problems.size(), "problem") + stay + rest;
    }
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
