package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.conditional;
import static io.detour.rules.lint.LintTables.exactRule;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RuleStatesTest {
  static Stream<Arguments> states() {
    String rule = exactRule("a", "a.net");
    return Stream.of(
        row(
            rules(rule + ", expires: 2027-02-28"),
            "expired 3:3: expired: its last day was 2027-02-28"),
        row(
            rules(rule + ", expires: 2027-02-28, on_expiry: disable"),
            "expired 3:3: expired: its last day was 2027-02-28, and it is disabled"),
        row(
            rules(rule + ", expires: 2027-02-28, on_expiry: reject"),
            "expired 3:3: expired: its last day was 2027-02-28, and it rejects"),
        row(
            rules(rule + ", expires: 2027-03-01"),
            "expires-soon 3:3: expires today: its last day is 2027-03-01"),
        row(
            rules(rule + ", expires: 2027-03-02, on_expiry: reject"),
            "expires-soon 3:3: expires tomorrow: its last day is 2027-03-02, and then it rejects"),
        row(
            rules(rule + ", expires: 2027-03-31, on_expiry: disable"),
            "expires-soon 3:3: expires in 30 days: its last day is 2027-03-31, and then it is"
                + " disabled"),
        row(rules(rule + ", expires: 2027-04-01")),
        row(
            rules(
                "a, match: { host: { exact: a } }, action: reject, expires: 2028-01-01, on_expiry:"
                    + " reject"),
            "expiry-without-effect 3:3: on_expiry reject has no effect: the rule rejects before"
                + " that too"),
        row(
            rules(
                "a, match: { host: { exact: a } }, action: reject, brownout: { cron: '0 10 * * 2',"
                    + " for: 15m }"),
            "misplaced-brownout 3:3: a brownout tells clients to come back later, and the rule"
                + " rejects them for good"),
        row(rules(rule + ", brownout: { cron: '0 10 * * 2', for: 15m }")),
        row(rules(rule + ", mode: off"), "does-nothing 3:3: does nothing: its mode is off"),
        row(
            rules(rule + ", rollout: { percent: 0 }"),
            "does-nothing 3:3: does nothing: its rollout is 0 percent"),
        row(
            rules(conditional("a", "a.net", "user: ann")),
            "no-users 3:3: never matches: it is for certain users, and no users are configured"));
  }

  @ParameterizedTest
  @MethodSource("states")
  void aRuleAtItsEndOrWithoutAnyIsFound(String rules, List<String> lines) {
    Set<Code> codes = EnumSet.range(Code.EXPIRED, Code.NO_USERS);
    assertThat(lines(rules, codes)).isEqualTo(lines);
  }
}
