package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.exactRule;
import static io.detour.rules.lint.LintTables.findings;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.suffixRule;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Rule.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class LintTest {
  @Test
  void anAnchorThatNoAliasLeadsToIsFound() {
    String text =
        "x-a: &used { owner: netops }\nx-b: &net { owner: netops }\nx-c: *used\nrules: []\n";

    assertThat(findings(text))
        .extracting(Finding::toString)
        .containsExactly("r.yaml:3:6: warning: anchor &net is not used");
  }

  @Test
  void aFindingHasBothPlaces() {
    assertThat(
            findings(
                rules(suffixRule("old-zone", ".old.net"), exactRule("wiki", "wiki.old.net"))
                    + "tests: [{ host: wiki.old.net, expect: { rule: old-zone } }]\n"))
        .containsExactly(
            new Finding(
                Code.SHADOWED,
                "wiki",
                "r.yaml",
                4,
                3,
                "shadowed by \"old-zone\" at r.yaml:3",
                List.of(new Position("r.yaml", 3))));
  }

  @Test
  void rulesWithNothingToSayAboutHaveNoFindings() {
    assertThat(
            findings(
                rules(
                        exactRule("sso", "sso.old.net"),
                        to("zone", "suffix: .old.net", "{prefix}.new.org"))
                    + "tests:\n"
                    + "- { host: sso.old.net, expect: { rule: sso } }\n"
                    + "- { host: w.old.net, expect: { to: w.new.org } }\n"))
        .isEmpty();
  }

  @Test
  void findingsStandInTheOrderOfTheFileAndAreNotWithoutEnd() {
    int number = Findings.MAX_OF_A_KIND + 5;
    String[] rules = new String[number];
    for (int i = 0; i < number; i++) {
      rules[i] = exactRule("r" + i, "h" + i + ".net") + ", mode: off";
    }

    List<Finding> findings =
        findings(rules(rules) + "tests: [{ host: x, expect: { action: pass } }]\n");

    assertThat(findings).hasSize(Findings.MAX_OF_A_KIND + 1);
    assertThat(findings.subList(0, 3)).extracting(Finding::line).containsExactly(3, 4, 5);
    assertThat(findings.getLast())
        .hasToString("r.yaml: warning: 5 further findings does-nothing are not shown");
  }
}
