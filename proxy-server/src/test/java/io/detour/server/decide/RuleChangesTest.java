package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleChangesTest {
  private static final String RULE =
      """
      version: 1
      defaults: { unmatched: pass }
      rules:
        - name: a
          owner: ops
          match: { host: { exact: a.test, suffix: .a.test, regex: 'a[0-9]+' } }
          action: rewrite
          to: new.test
          log: { level: warn, message: moved }
      """;

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a b   | a b   | unchanged",
        "a b   | a b c | 1 added (c)",
        "a b   | b     | 1 removed (a)",
        "a     | b     | 1 added (b), 1 removed (a)",
        "a b c | c b a | order changed",
        "a b c | b c   | 1 removed (a)",
        "a b   | x a b | 1 added (x)",
      })
  void namesTell(String before, String after, String said) {
    assertThat(between(rejecting(before.split(" ")), rejecting(after.split(" ")))).isEqualTo(said);
  }

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "owner: ops        | owner: net         | 1 changed (a)",
        "exact: a.test     | exact: b.test      | 1 changed (a)",
        "suffix: .a.test   | suffix: a.test     | 1 changed (a)",
        "[0-9]+            | [0-9]*             | 1 changed (a)",
        "to: new.test      | to: newer.test     | 1 changed (a)",
        "to: new.test      | to: 'new.test:81'  | 1 changed (a)",
        "level: warn       | level: info        | 1 changed (a)",
        "message: moved    | message: gone      | 1 changed (a)",
        "match: {          | 'match: { port: 443,'          | 1 changed (a)",
        "match: {          | 'match: { client: 10.0.0.0/8,' | 1 changed (a)",
        "match: {          | 'match: { user: anna,'         | 1 changed (a)",
        "owner: ops        | 'mode: report'                 | 1 changed (a)",
        "to: new.test      | 'targets: { to: new.test }'    | unchanged",
        "to: new.test      | 'targets: { to: new.test, via: dc }' | 1 changed (a)",
        "to: new.test      | 'targets: { to: new.test, allow: loopback }' | 1 changed (a)",
        "to: new.test      | '{TO}fallback_on: []'          | 1 changed (a)",
        "to: new.test      | '{TO}when: on_failure'         | 1 changed (a)",
        "to: new.test      | '{TO}host_header: preserve'    | 1 changed (a)",
        "to: new.test      | '{TO}expires: 2027-03-31'      | 1 changed (a)",
        "to: new.test      | '{TO}rollout: { percent: 5 }'  | 1 changed (a)",
        "to: new.test      | '{TO}brownout: { cron: 0 10 * * 2, for: 15m }' | 1 changed (a)",
        "to: new.test      | '{TO}ticket: NET-4711'         | 1 changed (a)",
        "pass }            | 'pass, mode: report }'         | 1 changed (a)",
        "pass }            | 'pass, legacy_suffixes: old.test }' | defaults changed",
        "unmatched: pass   | unmatched: reject  | defaults changed",
        "version: 1        | '# text\nversion: 1' | unchanged",
      })
  void everythingThatARuleSaysCounts(String from, String to, String said) {
    assertThat(between(RULE, RULE.replace(from, to.replace("{TO}", "to: new.test\n    "))))
        .isEqualTo(said);
  }

  @Test
  void datesBrownoutsAndRolloutsThatAreReadAgainAreTheSame() {
    String rule = RULE + "    expires: 2027-03-31\n    brownout: { cron: 0 10 * * 2, for: 15m }\n";

    assertThat(between(rule, "# text\n" + rule)).isEqualTo("unchanged");
  }

  @Test
  void manyNamesAreCountedAndNotAllShown() {
    String[] names = IntStream.range(0, 5000).mapToObj(i -> "r" + i).toArray(String[]::new);

    assertThat(between(rejecting(), rejecting(names)))
        .isEqualTo("5000 added (r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 4990 more)");
  }

  private static String between(String before, String after) {
    return RuleChanges.between(parsed(before), parsed(after)).toString();
  }
}
