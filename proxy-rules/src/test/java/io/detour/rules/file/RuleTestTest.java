package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTestTest {
  private static final String NOWHERE =
      "nowhere, target \"{prefix}.new.net\" made no valid host: host has an empty label";

  @Tag("W03")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rule: zone | it leads",
        "action: rewrite | action is none,",
        "to: new.net | to is",
        "'rule: other' | rule is zone (expected: other)",
      })
  void aRequestThatLeadsNowhereFailsWhateverIsExpected(String expected, String failure) {
    assertThat(failures("old.net", expected)).isNotEmpty().first().asString().contains(failure);
  }

  @Tag("W03")
  @ParameterizedTest
  @CsvSource({"enforce", "report"})
  void whatIsSaidOfItIsWhyTheTemplateFails(String mode) {
    assertThat(failures("old.net", "rule: zone", mode))
        .containsExactly("r.yaml:5:10: test of old.net:443 failed: it leads " + NOWHERE);
  }

  @ParameterizedTest
  @CsvSource({"rule: zone", "action: rewrite", "to: w.new.net"})
  void aRequestThatLeadsSomewhereDoesNot(String expected) {
    assertThat(failures("w.old.net", expected)).isEmpty();
  }

  private static List<String> failures(String host, String expected) {
    return failures(host, expected, "enforce");
  }

  private static List<String> failures(String host, String expected, String mode) {
    String text =
        """
        version: 1
        rules:
        - { name: zone, match: { host: { suffix: old.net } }, action: rewrite, to: '{prefix}.new.net', mode: %s }
        - { name: other, match: { host: { exact: other.net } }, action: pass }
        tests: [ { host: %s, expect: { %s } } ]
        """
            .formatted(mode, host, expected);
    RuleFiles files = RuleFiles.parse("r.yaml", text);
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return ((RuleFiles.Loaded) files).failures().stream().map(Problem::toString).toList();
  }
}
