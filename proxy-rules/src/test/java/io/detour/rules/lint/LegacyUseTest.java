package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LegacyUseTest {
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
        legacy("[old.org]", "regex: 'nothing is known.*'"));
  }

  private static Arguments legacy(String suffixes, String host, String... lines) {
    return Arguments.of(
        "defaults: { legacy_suffixes: " + suffixes + " }\n" + rules(to("a", host, "x.new.net")),
        List.of(lines));
  }

  @ParameterizedTest
  @MethodSource("legacySuffixes")
  void aLegacySuffixThatNoRuleHasToDoWithIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.LEGACY_SUFFIX_WITHOUT_RULE))).isEqualTo(lines);
  }
}
