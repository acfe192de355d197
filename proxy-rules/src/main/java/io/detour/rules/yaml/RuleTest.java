package io.detour.rules.yaml;

import io.detour.core.HostPort;
import io.detour.rules.Action;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a rule file's {@code tests}: a host, and what the rules must do with it. Immutable.
 *
 * @param file the file that it stands in
 * @param line from 1
 * @param column in characters from 1
 * @param asked what is asked for
 * @param rule the name of the rule that must match, or null if any may
 * @param action what must happen, whether a rule or the default says so, or null if anything may
 * @param target where the request must lead, which is the asked host unless it is rewritten, or
 *     null if it may lead anywhere
 */
public record RuleTest(
    String file,
    int line,
    int column,
    HostPort asked,
    @Nullable String rule,
    @Nullable Action action,
    @Nullable HostPort target) {

  /** Runs the test; a problem for each expectation that does not hold. */
  public List<Problem> failures(RuleSet rules) {
    Decision decision = rules.decide(asked);
    List<Problem> failures = new ArrayList<>();
    if (rule != null) {
      Rule actual = decision.rule();
      expect(failures, "rule", actual == null ? "none" : actual.name(), rule);
    }
    if (action != null) {
      expect(failures, "action", actionOf(decision), Fields.wordOf(action));
    }
    if (target != null) {
      expect(failures, "to", targetOf(decision), target.toString());
    }
    return failures;
  }

  private void expect(List<Problem> failures, String what, String actual, String expected) {
    if (!actual.equals(expected)) {
      String message =
          "test of "
              + asked
              + " failed: "
              + what
              + " is "
              + actual
              + " (expected: "
              + expected
              + ")";
      failures.add(new Problem(file, line, column, message));
    }
  }

  private static String actionOf(Decision decision) {
    return switch (decision) {
      case Decision.Rewrite _ -> "rewrite";
      case Decision.Pass _, Decision.Unmatched _ -> "pass";
      case Decision.Reject _ -> "reject";
      case Decision.Invalid invalid -> "none, " + invalid.problem();
    };
  }

  private String targetOf(Decision decision) {
    return switch (decision) {
      case Decision.Rewrite rewrite -> rewrite.target().toString();
      case Decision.Pass _, Decision.Unmatched _ -> asked.toString();
      case Decision.Reject reject -> "nowhere, " + reject.message();
      case Decision.Invalid invalid -> "nowhere, " + invalid.problem();
    };
  }
}
