package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.exactRule;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.suffixRule;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OwnMatchersTest {
  static Stream<Arguments> matchers() {
    return Stream.of(
        row(rules(exactRule("a", "v.net, V.net.")), "duplicate 3:3: exact v.net stands twice"),
        row(
            rules(suffixRule("a", ".w.old.net, old.net")),
            "redundant-matcher 3:3: suffix .w.old.net adds nothing to suffix old.net"),
        row(
            rules(
                "a, match: { host: { exact: [old.net, w.old.net, w.net], suffix: [old.net] } },"
                    + " action: pass"),
            "redundant-matcher 3:3: exact old.net adds nothing to suffix old.net",
            "redundant-matcher 3:3: exact w.old.net adds nothing to suffix old.net"),
        row(
            rules(
                "a, match: { host: { exact: [old.net, w.old.net], suffix: [.old.net] } }, action:"
                    + " pass"),
            "redundant-matcher 3:3: exact w.old.net adds nothing to suffix .old.net"),
        row(rules(to("a", "suffix: [.w.old.net, .old.net]", "{prefix}.new.net"))),
        row(
            rules(to("a", "suffix: [old.net, .old.net]", "{prefix}.new.net")),
            "redundant-matcher 3:3: suffix .old.net adds nothing to suffix old.net"));
  }

  @ParameterizedTest
  @MethodSource("matchers")
  void aMatcherThatAddsNothingToItsRuleIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.DUPLICATE, Code.REDUNDANT_MATCHER))).isEqualTo(lines);
  }
}
