package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import java.nio.file.Path;
import java.util.List;

/** The rules that a verb is about. */
sealed interface ChosenRules {
  /**
   * Rules that a running Detour would use.
   *
   * @param configuration what was said about the server, or the defaults
   * @param paths where the rules stand; none if there are no rules
   */
  record Accepted(Configuration configuration, List<Path> paths, RuleSet rules)
      implements ChosenRules {
    public Accepted {
      paths = List.copyOf(paths);
    }
  }

  /**
   * Rules, or a configuration, that it would refuse.
   *
   * @param problems at least one
   */
  record Refused(List<Problem> problems) implements ChosenRules {
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
