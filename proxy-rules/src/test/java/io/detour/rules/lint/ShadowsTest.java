package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.conditional;
import static io.detour.rules.lint.LintTables.exactRule;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.regexRule;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.suffixRule;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShadowsTest {
  static Stream<Arguments> shadows() {
    return Stream.of(
        row(
            rules(suffixRule("a", ".old.net"), exactRule("b", "w.old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(exactRule("a", "w.old.net"), suffixRule("b", ".old.net"))),
        row(
            rules(suffixRule("a", "old.net"), exactRule("b", "old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(suffixRule("a", ".old.net"), exactRule("b", "old.net"))),
        row(rules(suffixRule("a", "ld.net"), exactRule("b", "old.net"))),
        row(
            rules(suffixRule("a", "net"), suffixRule("b", ".old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(suffixRule("a", "old.net"), suffixRule("b", ".old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(suffixRule("a", ".old.net"), suffixRule("b", "old.net"))),
        row(
            rules(regexRule("a", "app[0-9]+\\.old\\.net"), exactRule("b", "app7.old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(regexRule("a", "app[0-9]+\\.old\\.net"), exactRule("b", "app.old.net"))),
        row(
            rules(regexRule("a", "unknown[0-9]+\\.org"), exactRule("b", "unknown7.org")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(regexRule("a", "x[0-9]+\\.org"), regexRule("b", "x[0-9]+\\.org")),
            "duplicate 4:3: duplicate of \"a\" at 3"),
        row(rules(regexRule("a", "x[0-9]+\\.org"), regexRule("b", "x[0-7]+\\.org"))),
        row(
            rules(suffixRule("a", "old.net"), regexRule("b", "app[0-9]+\\.old\\.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(suffixRule("a", "a.old.net"), regexRule("b", "app[0-9]+\\.old\\.net"))),
        row(
            rules(regexRule("a", ".+\\.old\\.net"), suffixRule("b", ".w.old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(rules(regexRule("a", ".+\\.old\\.net"), suffixRule("b", "old.net"))),
        row(
            rules(regexRule("a", ".*"), suffixRule("b", ".old.net")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(regexRule("a", "^(.+)$"), regexRule("b", "x[0-9]+")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(regexRule("a", "x|.*"), exactRule("b", "'192.0.2.1'")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(regexRule("a", ".+"), regexRule("b", ".*")),
            "shadowed 4:3: shadowed by \"a\" at 3"),
        row(
            rules(regexRule("a", ".*"), regexRule("b", ".*")),
            "duplicate 4:3: duplicate of \"a\" at 3"),
        row(rules(suffixRule("a", ".old.net"), regexRule("b", ".*"))),
        row(rules(regexRule("a", "[^.]+"), suffixRule("b", "net"))),
        row(
            rules(
                exactRule("a", "a.old.net"),
                exactRule("b", "b.old.net"),
                regexRule("c", "(a|b)\\.old\\.net")),
            "shadowed 5:3: shadowed by \"b\" at 4"),
        row(
            rules(exactRule("a", "w.old.net"), exactRule("b", "w.old.net")),
            "duplicate 4:3: duplicate of \"a\" at 3"),
        row(
            rules(exactRule("a", "v.net"), exactRule("b", "w.net"), exactRule("c", "v.net, w.net")),
            "shadowed 5:3: shadowed by \"a\" at 3 and \"b\" at 4"),
        row(
            rules(suffixRule("a", "old.net"), exactRule("b", "v.old.net, w.net, x.old.net")),
            "partly-shadowed 4:3: exact v.old.net and exact x.old.net are shadowed by \"a\" at 3"),
        row(
            rules(exactRule("a", "v.net, w.net"), exactRule("b", "w.net, x.net")),
            "duplicate 4:3: exact w.net stands in \"a\" at 3 too"));
  }

  @ParameterizedTest
  @MethodSource("shadows")
  void aMatcherThatNeverDecidesIsFoundAcrossKinds(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.range(Code.SHADOWED, Code.DUPLICATE))).isEqualTo(lines);
  }

  static Stream<Arguments> conditions() {
    String shadowed = "shadowed 4:3: shadowed by \"a\" at 3";
    String duplicate = "duplicate 4:3: duplicate of \"a\" at 3";
    String plain = exactRule("b", "h.net");
    return Stream.of(
        row(rules(conditional("a", "h.net", "port: 443"), plain)),
        row(rules(exactRule("a", "h.net"), conditional("b", "h.net", "port: 443")), shadowed),
        row(
            rules(
                conditional("a", "h.net", "port: [80-90, 91-99]"),
                conditional("b", "h.net", "port: [85-95, 80]")),
            shadowed),
        row(
            rules(
                conditional("a", "h.net", "port: [80-90, 92-99]"),
                conditional("b", "h.net", "port: 85-95"))),
        row(rules(conditional("a", "h.net", "port: [1-99, 100-65535]"), plain), shadowed),
        row(
            rules(
                conditional("a", "h.net", "client: 10.0.0.0/8"),
                conditional("b", "h.net", "client: [10.1.0.0/16, 10.2.3.4]")),
            shadowed),
        row(
            rules(
                conditional("a", "h.net", "client: 10.1.0.0/16"),
                conditional("b", "h.net", "client: 10.0.0.0/8"))),
        row(rules(conditional("a", "h.net", "client: [0.0.0.0/0, '::/0']"), plain)),
        row(
            rules(
                conditional("a", "h.net", "user: [ann, bob]"),
                conditional("b", "h.net", "user: bob")),
            shadowed),
        row(
            rules(
                conditional("a", "h.net", "user: ann"),
                conditional("b", "h.net", "user: [ann, bob]"))),
        row(rules(conditional("a", "h.net", "user: ann"), plain)),
        row(
            rules(conditional("a", "h.net", "port: 443"), conditional("b", "h.net", "port: 443")),
            duplicate),
        row(rules(exactRule("a", "h.net") + ", rollout: { percent: 99 }", plain)),
        row(
            rules(exactRule("a", "h.net"), exactRule("b", "h.net") + ", rollout: { percent: 5 }"),
            shadowed),
        row(rules(exactRule("a", "h.net") + ", mode: off", plain)),
        row(rules(exactRule("a", "h.net"), exactRule("b", "h.net") + ", mode: off")),
        row(rules(exactRule("a", "h.net") + ", expires: 2028-01-01, on_expiry: disable", plain)),
        row(
            rules(exactRule("a", "h.net") + ", expires: 2028-01-01, on_expiry: reject", plain),
            duplicate),
        row(
            rules(exactRule("a", "h.net") + ", expires: 2028-01-01, on_expiry: warn", plain),
            duplicate));
  }

  @ParameterizedTest
  @MethodSource("conditions")
  void aRuleShadowsAnotherOnlyIfItTakesAllOfItsRequests(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.range(Code.SHADOWED, Code.DUPLICATE))).isEqualTo(lines);
  }

  static Stream<Arguments> reports() {
    String reports = "only reports";
    return Stream.of(
        row(
            rules(suffixRule("a", "old.net") + ", mode: report", exactRule("b", "w.old.net")),
            "hidden-by-report 4:3: not enforced: \"a\" at 3 takes its requests and " + reports),
        row(
            rules(
                suffixRule("a", "old.net") + ", mode: report", exactRule("b", "w.old.net, w.org")),
            "hidden-by-report 4:3: not enforced for exact w.old.net: \"a\" at 3 takes its requests"
                + " and "
                + reports),
        row(
            rules(exactRule("a", "w.old.net") + ", mode: report", suffixRule("b", "old.net")),
            "hidden-by-report 4:3: not enforced for exact w.old.net: \"a\" at 3 takes its requests"
                + " and "
                + reports),
        row(
            rules(
                conditional("a", "w.old.net", "port: 80") + ", mode: report",
                conditional("b", "w.old.net", "port: 443"))),
        row(
            rules(
                exactRule("a", "w.old.net") + ", mode: report",
                "b, match: { host: { suffix: old.net } }, action: pass")),
        row(
            rules(
                exactRule("a", "w.old.net") + ", mode: report",
                suffixRule("b", "old.net") + ", mode: report")));
  }

  @ParameterizedTest
  @MethodSource("reports")
  void anEnforcedRuleBehindOneThatReportsIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.HIDDEN_BY_REPORT))).isEqualTo(lines);
  }
}
