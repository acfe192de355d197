package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.findings;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.regexRule;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LegacyTargetsTest {
  static Stream<Arguments> legacySuffixes() {
    String unused = "legacy-suffix-without-rule 2:31: legacy suffix ";
    return Stream.of(
        legacy("[old.net]", "exact: w.old.net"),
        legacy("[old.net]", "exact: old.net"),
        legacy("[.old.net]", "exact: old.net", unused + "\".old.net\" has no rule"),
        legacy("[old.net]", "exact: old.org", unused + "\"old.net\" has no rule"),
        legacy("[old.net]", "exact: bold.net", unused + "\"old.net\" has no rule"),
        legacy("[.old.net]", "suffix: .net"),
        legacy("[.old.net]", "suffix: old.net"),
        legacy("[.old.net]", "suffix: w.old.net"),
        legacy("[.old.net]", "regex: 'app[0-9]+\\.old\\.net'"),
        legacy("[w.old.net]", "regex: 'app[0-9]+\\.old\\.net'"),
        legacy("[old.org]", "regex: 'app[0-9]+\\.old\\.net'", unused + "\"old.org\" has no rule"),
        legacy("[old.org]", "regex: 'nothing is known.*'"),
        legacy("[old.org]", "regex: '.*'"),
        legacy("[d.net, old.net]", "regex: '.*ld\\.net'", unused + "\"d.net\" has no rule"),
        legacy("[net, b.net]", "regex: '.*a[.]b[.]net'"),
        ended("a, match: { host: { suffix: .old.net } }", unused + "\".old.net\" has no rule"),
        ended("a, match: { host: { suffix: net } }", unused + "\".old.net\" has no rule"),
        ended(
            "a, match: { host: { regex: 'a.*\\.old\\.net' } }",
            unused + "\".old.net\" has no rule"));
  }

  private static Arguments legacy(String suffixes, String host, String... lines) {
    return Arguments.of(
        "defaults: { legacy_suffixes: " + suffixes + " }\n" + rules(to("a", host, "x.new.net")),
        List.of(lines));
  }

  /** A rule that was disabled at the end of yesterday. */
  private static Arguments ended(String rule, String... lines) {
    return Arguments.of(
        "defaults: { legacy_suffixes: [.old.net] }\n"
            + rules(rule + ", action: pass, expires: 2027-02-28, on_expiry: disable"),
        List.of(lines));
  }

  @Test
  void manyExpressionsAndManyLegacySuffixesTakeNoTimeTogether() {
    int number = 20_000;
    String suffixes =
        IntStream.range(0, 2 * number)
            .mapToObj(i -> "d" + i + ".old.net")
            .collect(Collectors.joining(", "));
    String[] rules = new String[number];
    Arrays.setAll(rules, i -> regexRule("r" + i, "[a-z]+" + i + "\\.example\\.org"));
    String text = "defaults: { legacy_suffixes: [" + suffixes + "] }\n" + rules(rules);

    List<Finding> findings =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> findings(text));

    assertThat(findings)
        .filteredOn(finding -> finding.code() == Code.LEGACY_SUFFIX_WITHOUT_RULE)
        .hasSize(Findings.MAX_OF_A_KIND + 1);
  }

  @ParameterizedTest
  @MethodSource("legacySuffixes")
  void aLegacySuffixThatNoRuleHasToDoWithIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.LEGACY_SUFFIX_WITHOUT_RULE))).isEqualTo(lines);
  }
}
