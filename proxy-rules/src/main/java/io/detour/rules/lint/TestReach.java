package io.detour.rules.lint;

import io.detour.rules.Rule;
import io.detour.rules.document.Location;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.file.RuleTest;
import java.util.BitSet;
import java.util.List;

/** Finds rules that no test tries. */
final class TestReach {
  private TestReach() {}

  static void look(RuleFiles.Loaded files, Shadows shadows, Findings findings) {
    List<Rule> rules = files.rules().rules();
    if (rules.isEmpty()) {
      return;
    }
    if (files.tests().isEmpty()) {
      findings.add(Code.MISSING_TEST, rules.getFirst().file(), Location.FILE, "there are no tests");
      return;
    }
    BitSet reached = new BitSet(rules.size());
    for (RuleTest test : files.tests()) {
      Rule rule = files.rules().decide(test.request()).rule();
      if (rule != null) {
        reached.set(rule.index());
      }
    }
    for (Rule rule : rules) {
      boolean testable = Scopes.takesSome(rule) && !shadows.isDead(rule);
      if (testable && !reached.get(rule.index())) {
        findings.add(Code.MISSING_TEST, rule, "no test reaches this rule");
      }
    }
  }
}
