package io.detour.server.decide;

import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.lint.Finding;
import java.util.List;

/** What reading the rules came to: a set that may decide, or everything that speaks against it. */
public sealed interface RuleRead {
  /**
   * Rules that may be used.
   *
   * @param rules going no further than they may
   * @param warnings what is suspicious about them all the same
   */
  record Accepted(RuleSet rules, List<Finding> warnings) implements RuleRead {
    public Accepted {
      warnings = List.copyOf(warnings);
    }

    /** Rules about which there is nothing to say. */
    public static Accepted of(RuleSet rules) {
      return new Accepted(rules, List.of());
    }
  }

  /**
   * Rules that must not be used.
   *
   * @param problems at least one
   */
  record Refused(List<Problem> problems) implements RuleRead {
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
