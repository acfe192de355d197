package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.exactRule;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.rules;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TestReachTest {
  @Test
  void aRuleThatNoTestReachesIsFound() {
    String rules =
        rules(
            exactRule("a", "a.net"),
            exactRule("b", "b.net"),
            exactRule("off", "c.net") + ", mode: off",
            exactRule("dead", "a.net"));
    Set<Code> missing = EnumSet.of(Code.MISSING_TEST);

    assertThat(lines(rules + "tests: [{ host: a.net, expect: { rule: a } }]\n", missing))
        .containsExactly("missing-test 4:3: no test reaches this rule");
    assertThat(lines(rules, missing)).containsExactly("missing-test  there are no tests");
    assertThat(lines("rules: []\n", missing)).isEmpty();
  }
}
