package io.detour.server.reload;

import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.yaml.RuleFiles;
import java.util.List;

/** What reading the rules came to: a set that may decide, or everything that speaks against it. */
public sealed interface RuleReading {
  /** Rules without a problem, whose own tests hold. */
  record Accepted(RuleSet rules) implements RuleReading {}

  /**
   * Rules that must not be used.
   *
   * @param problems at least one
   */
  record Refused(List<Problem> problems) implements RuleReading {
    public Refused {
      problems = List.copyOf(problems);
    }
  }

  /** Judges what was read: rules whose tests fail would do what their author did not mean. */
  static RuleReading of(RuleFiles file) {
    return switch (file) {
      case RuleFiles.Rejected rejected -> new Refused(rejected.problems());
      case RuleFiles.Loaded loaded -> {
        List<Problem> objections = loaded.failures();
        yield objections.isEmpty() ? new Accepted(loaded.rules()) : new Refused(objections);
      }
    };
  }
}
