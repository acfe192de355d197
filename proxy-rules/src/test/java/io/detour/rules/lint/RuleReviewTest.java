package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RuleReviewTest {
  private static final Setting SETTING =
      Setting.on(LocalDate.of(2027, 3, 1)).withParents(Set.of("dc"));

  private static RuleReview review(String text) {
    return RuleReview.of(RuleFiles.parse("r.yaml", text), SETTING);
  }

  @Test
  void rulesWithWarningsMayBeUsed() {
    RuleReview review =
        review(
            """
            version: 1
            rules: [{ name: a, match: { host: { exact: a } }, action: pass, mode: off }]
            tests: [{ host: a, expect: { action: pass } }]
            """);

    assertThat(review).isInstanceOf(RuleReview.Accepted.class);
    assertThat(review.findings()).extracting(Finding::code).containsExactly(Code.DOES_NOTHING);
    assertThat(((RuleReview.Accepted) review).files().rules().rules()).hasSize(1);
  }

  @Test
  @Tag("R02")
  void rulesWithProblemsMayNot() {
    RuleReview review = review("version: 1\nrulez: []\n");

    assertThat(review).isInstanceOf(RuleReview.Unreadable.class);
    assertThat(((RuleReview.Refused) review).problems())
        .extracting(Problem::toString)
        .anyMatch(text -> text.contains("did you mean \"rules\"?"));
    assertThat(review.findings()).isEmpty();
  }

  @Test
  void rulesWithErrorsOrFailedTestsMayNotAndWarningsAreNoObjections() {
    RuleReview review =
        review(
            """
            version: 1
            rules:
              - name: a
                match: { host: { exact: a } }
                action: rewrite
                targets: [{ to: b, via: paris }]
              - { name: off, match: { host: { exact: c } }, action: pass, mode: off }
            tests:
              - { host: a, expect: { rule: off, to: c } }
              - { host: b, expect: { action: pass } }
            """);

    assertThat(review).isInstanceOf(RuleReview.Wrong.class);
    RuleReview.Wrong wrong = (RuleReview.Wrong) review;
    assertThat(wrong.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "r.yaml:3:5: error: via: there is no parent \"paris\"",
            "r.yaml:9:5: test of a:443 failed: rule is a (expected: off)",
            "r.yaml:9:5: test of a:443 failed: to is b:443 (expected: c:443)");
    assertThat(wrong.failedTests()).isOne();
    assertThat(wrong.findings())
        .extracting(Finding::code)
        .containsExactly(Code.UNKNOWN_PARENT, Code.DOES_NOTHING);
  }

  @Test
  void noFilesMayBeUsed() {
    assertThat(RuleReview.of(RuleFiles.Loaded.none(), SETTING))
        .isEqualTo(new RuleReview.Accepted(RuleFiles.Loaded.none(), List.of()));
  }
}
