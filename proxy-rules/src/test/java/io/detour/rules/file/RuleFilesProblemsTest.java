package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R02: every kind of problem, with its place and its exact words. */
class RuleFilesProblemsTest {
  private static final String RULE_KEYS =
      "name, match, action, to, targets, fallback_on, when, host_header, responses, message, mode,"
          + " log, expires, on_expiry, rollout, brownout, owner, ticket, reason";

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void theFile(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  static Stream<Arguments> theFile() {
    return Stream.of(
        of(
            "",
            "r:1:1: the file is empty (expected: a mapping with version, defaults, rules, tests)"),
        of(
            "# nothing\n",
            "r:1:1: the file is empty (expected: a mapping with version, defaults, rules, tests)"),
        of(
            "--- # nothing\n",
            "r:2:1: the file is empty (expected: a mapping with version, defaults, rules, tests)"),
        of(
            "- a\n",
            "r:1:1: the file is a list (expected: a mapping with version, defaults, rules, tests)"),
        of(
            "rules",
            "r:1:1: the file is text (expected: a mapping with version, defaults, rules, tests)"),
        of("rules: []\n", "r:1:1: key \"version\" is missing"),
        of("version: 1\n", "r:1:1: key \"rules\" is missing"),
        of("version: 2\nrules: []\n", "r:1:10: version: \"2\" (expected: the number 1)"),
        of("version: '1'\nrules: []\n", "r:1:10: version: \"1\" (expected: the number 1)"),
        of("version:\nrules: []\n", "r:1:9: version: empty (expected: the number 1)"),
        of("version: [1]\nrules: []\n", "r:1:10: version: a list (expected: the number 1)"),
        of("version: 1\nrules: none\n", "r:2:8: \"rules\" is text (expected: a list)"),
        of("version: 1\nrules:\n", "r:2:7: \"rules\" is empty (expected: a list)"),
        of("version: 1\nrules: {}\n", "r:2:8: \"rules\" is a mapping (expected: a list)"),
        of("version: 1\nrules: []\ntests: 7\n", "r:3:8: \"tests\" is a number (expected: a list)"),
        of(
            "version: 1\nrule: []\nrules: []\n",
            "r:2:1: unknown key \"rule\" (did you mean \"rules\"?)"),
        of(
            "version: 1\nrules: []\nlisten: x\n",
            "r:3:1: unknown key \"listen\" (expected: version, defaults, rules, tests)"),
        of(
            "version: 1\nrules: []\n\"\\e[31m\": x\n",
            "r:3:1: unknown key \"\\u001b[31m\" (expected: version, defaults, rules, tests)"),
        of(
            "version: 1\nversion: 1\nrules: []\n",
            "r:2:1: key \"version\" is repeated (first in line 1)"),
        of(
            "version: 1\nrules: []\ndefaults: pass\n",
            "r:3:11: \"defaults\" is text (expected: a mapping with mode, unmatched,"
                + " legacy_suffixes, legacy_networks)"),
        of(
            "version: 1\nrules: []\ndefaults: { unmatched: drop }\n",
            "r:3:24: unmatched: \"drop\" (expected: pass, reject)"),
        of(
            "version: 1\nrules: []\ndefaults: { unmached: pass }\n",
            "r:3:13: unknown key \"unmached\" (did you mean \"unmatched\"?)"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aRule(String rule, String problem) {
    assertThat(problems("version: 1\nrules:\n" + rule.indent(2))).containsExactly(problem);
  }

  static Stream<Arguments> aRule() {
    return Stream.of(
        of("- erp", "r:3:5: a rule is text (expected: a mapping with " + RULE_KEYS + ")"),
        of("-", "r:3:4: a rule is empty (expected: a mapping with " + RULE_KEYS + ")"),
        of("- match: { host: { exact: a } }\n  action: pass", "r:3:5: key \"name\" is missing"),
        of("- name: a\n  action: pass", "r:3:5: key \"match\" is missing"),
        of("- name: a\n  match: { host: { exact: a } }", "r:3:5: key \"action\" is missing"),
        of("- name: a\n  match: {}\n  action: pass", "r:4:12: key \"host\" is missing"),
        of(rule("name: 443"), "r:3:11: \"name\" is a number (expected: text, in quotes: \"443\")"),
        of(
            rule("name: true"),
            "r:3:11: \"name\" is true or false (expected: text, in quotes: \"true\")"),
        of(rule("name: null"), "r:3:11: \"name\" is empty (expected: text)"),
        of(rule("name: ''"), "r:3:11: \"name\" is empty (expected: text)"),
        of(rule("name: [a]"), "r:3:11: \"name\" is a list (expected: text)"),
        of(
            rule("name: Old_Zone"),
            "r:3:11: name: \"Old_Zone\" (expected: 1 to 63 of the characters a to z, 0 to 9 and"
                + " -)"),
        of(
            rule("name: " + "a".repeat(64)),
            "r:3:11: name: \""
                + "a".repeat(64)
                + "\" (expected: 1 to 63 of the characters a to z, 0 to 9 and -)"),
        of(
            rule("name: a") + '\n' + rule("name: a"),
            "r:6:5: name: \"a\" is taken by the rule in line 3"),
        of(rule("name: a\nnotes: x"), "r:4:5: unknown key \"notes\" (expected: " + RULE_KEYS + ")"),
        of(rule("name: a\nacton: x"), "r:4:5: unknown key \"acton\" (did you mean \"action\"?)"),
        of(
            rule("name: a\nowner: 7"),
            "r:4:12: \"owner\" is a number (expected: text, in quotes: \"7\")"),
        of(
            rule("name: a\nreason: \"a\\nb\""),
            "r:4:13: \"reason\" has a line break or another character that cannot be shown"),
        of(
            rule("name: a\nticket: " + "x".repeat(201)),
            "r:4:13: \"ticket\" is longer than 200 characters"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aMatch(String match, String problem) {
    assertThat(problems("version: 1\nrules:\n- name: a\n  action: pass\n  match: " + match + '\n'))
        .containsExactly(problem);
  }

  static Stream<Arguments> aMatch() {
    return Stream.of(
        of(
            "erp.old.net",
            "r:5:10: \"match\" is text (expected: a mapping with host, port, client, user)"),
        of(
            "{ host: a }",
            "r:5:18: \"host\" is text (expected: a mapping with exact, suffix, regex)"),
        of("{ host: {} }", "r:5:18: \"host\" matches nothing (expected: exact, suffix or regex)"),
        of(
            "{ host: { sufix: a, exact: a } }",
            "r:5:20: unknown key \"sufix\" (did you mean \"suffix\"?)"),
        of(
            "{ host: { glob: a, exact: a } }",
            "r:5:20: unknown key \"glob\" (expected: exact, suffix, regex)"),
        of(
            "{ host: { exact: [] } }",
            "r:5:27: \"exact\" is an empty list (expected: at least one entry)"),
        of("{ host: { exact: {} } }", "r:5:27: \"exact\" is a mapping (expected: text)"),
        of(
            "{ host: { exact: [a, 7] } }",
            "r:5:31: \"exact\" is a number (expected: text, in quotes: \"7\")"),
        of("{ host: { suffix: [a, [b]] } }", "r:5:32: \"suffix\" is a list (expected: text)"),
        of(
            "{ host: { exact: 'a b' } }",
            "r:5:27: \"a b\" is not a host: \" \" is not an ASCII letter, digit, hyphen, underscore"
                + " or dot"),
        of(
            "{ host: { exact: bücher.net } }",
            "r:5:27: \"bücher.net\" is not a host: \"ü\" (U+00FC) is not an ASCII letter, digit,"
                + " hyphen, underscore or dot (did you mean \"xn--bcher-kva.net\"?)"),
        of(
            "{ host: { suffix: '*.old.net' } }",
            "r:5:28: \"*.old.net\" is not a host (did you mean suffix: \".old.net\"?)"),
        of("{ host: { regex: '(a' } }", "r:5:27: regex \"(a\" does not compile: missing closing )"),
        of(
            "{ host: { exact: a }, prot: 443 }",
            "r:5:32: unknown key \"prot\" (did you mean \"port\"?)"));
  }

  @ParameterizedTest(name = "R02 W03: {1}")
  @MethodSource
  void anAction(String action, String problem) {
    assertThat(problems("version: 1\nrules:\n- name: a\n  " + action.indent(2).strip() + '\n'))
        .containsExactly(problem);
  }

  static Stream<Arguments> anAction() {
    String exact = "match: { host: { exact: a } }\n";
    String suffix = "match: { host: { suffix: a } }\n";
    String regex = "match: { host: { regex: '(a)' } }\n";
    return Stream.of(
        of(exact + "action: deny", "r:5:11: action: \"deny\" (expected: rewrite, pass, reject)"),
        of(exact + "action: [pass]", "r:5:11: action: a list (expected: rewrite, pass, reject)"),
        of(
            exact + "action: rewrite",
            "r:5:3: action \"rewrite\" needs the key \"to\" or \"targets\""),
        of(exact + "action: pass\nto: b", "r:6:3: key \"to\" does not go with action \"pass\""),
        of(exact + "action: reject\nto: b", "r:6:3: key \"to\" does not go with action \"reject\""),
        of(
            exact + "action: reject\nresponses: lenient",
            "r:6:3: key \"responses\" does not go with action \"reject\""),
        of(
            exact + "action: pass\nmessage: b",
            "r:6:3: key \"message\" does not go with action \"pass\""),
        of(
            exact + "action: rewrite\nto: b\nmessage: b",
            "r:7:3: key \"message\" does not go with action \"rewrite\""),
        of(
            exact + "action: rewrite\nto: a..b",
            "r:6:7: \"a..b\" is not a target: host has an empty label"),
        of(
            exact + "action: rewrite\nto: \"a\\r\\nb\"",
            "r:6:7: \"a\\u000d\\u000ab\" is not a target: \"\\u000d\" is not an ASCII letter,"
                + " digit, hyphen, underscore or dot"),
        of(
            exact + "action: rewrite\nto: ::1",
            "r:6:7: \"::1\" is not a target: an IPv6 address stands in brackets (did you mean"
                + " \"[::1]\"?)"),
        of(
            exact + "action: rewrite\nto: {prefix}.b",
            "r:6:7: text with brackets has to stand in quotes: \"{prefix}.b\""),
        of(
            exact + "action: rewrite\nto: {prefix}",
            "r:6:7: \"to\" is a mapping (expected: text, in quotes: \"{prefix}\")"),
        of(
            exact + "action: rewrite\nto: '{prefix}.b'",
            "r:6:7: {prefix} needs a suffix, but the rule also matches exact a"),
        of(
            suffix + "action: rewrite\nto: '{1}.b'",
            "r:6:7: {1} needs a regex, but the rule also matches suffix a"),
        of(
            regex + "action: rewrite\nto: '{2}.b'",
            "r:6:7: {2} is beyond the groups of regex (a) (1)"),
        of(
            "match: { host: { suffix: a, regex: '(a)' } }\naction: rewrite\nto: '{prefix}.b'",
            "r:6:7: {prefix} needs a suffix, but the rule also matches regex (a)"),
        of(exact + "action: pass\nlog: loud", "r:6:8: log: \"loud\" (expected: off, info, warn)"),
        of(exact + "action: pass\nlog: false", "r:6:8: log: \"false\" (expected: off, info, warn)"),
        of(exact + "action: pass\nlog: [info]", "r:6:8: log: a list (expected: off, info, warn)"),
        of(exact + "action: pass\nlog: { message: b }", "r:6:8: key \"level\" is missing"),
        of(
            exact + "action: pass\nlog: { level: loud }",
            "r:6:17: level: \"loud\" (expected: off, info, warn)"),
        of(
            exact + "action: pass\nlog: { level: info, text: b }",
            "r:6:23: unknown key \"text\" (expected: level, message)"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aTest(String test, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n"
                    + "- { name: erp, match: { host: { exact: a } }, action: pass }\n"
                    + "tests:\n"
                    + test
                    + '\n'))
        .containsExactly(problem);
  }

  static Stream<Arguments> aTest() {
    return Stream.of(
        of(
            "- a",
            "r:5:3: a test is text (expected: a mapping with host, client, user, at, expect)"),
        of("- { expect: { rule: erp } }", "r:5:3: key \"host\" is missing"),
        of("- { host: a }", "r:5:3: key \"expect\" is missing"),
        of(
            "- { host: a, expect: erp }",
            "r:5:22: \"expect\" is text (expected: a mapping with rule," + " action, to)"),
        of(
            "- { host: a, expect: {} }",
            "r:5:22: \"expect\" expects nothing (expected: rule, action or" + " to)"),
        of(
            "- { host: 'a:', expect: { rule: erp } }",
            "r:5:11: \"a:\" is not host or host:port: port is" + " not a number from 1 to 65535"),
        of(
            "- { host: a, expect: { to: a b } }",
            "r:5:28: \"a b\" is not host or host:port: host has a"
                + " character that is not a letter, digit, hyphen, underscore or dot"),
        of(
            "- { host: a, expect: { rule: erpp } }",
            "r:5:30: there is no rule \"erpp\" (did you mean" + " \"erp\"?)"),
        of("- { host: a, expect: { rule: other } }", "r:5:30: there is no rule \"other\""),
        of(
            "- { host: a, expect: { action: drop } }",
            "r:5:32: action: \"drop\" (expected: rewrite, pass," + " reject, brownout)"),
        of(
            "- { host: a, expect: { target: b, to: b } }",
            "r:5:24: unknown key \"target\" (expected: rule," + " action, to)"));
  }

  @Test
  @Tag("R02")
  void allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
    assertThat(
            problems(
                """
                version: 3
                rules:
                  - name: erp
                    match: { host: { exact: [ok.net, 'not ok', also..not] } }
                    action: rewrite
                    to: a b
                    to: c
                  - name: erp
                    match: { host: { sufix: x } }
                    action: passs
                    rollout: 5
                  - match: {}
                tests:
                  - { host: a, expect: { rule: epr } }
                """))
        .containsExactly(
            "r:1:10: version: \"3\" (expected: the number 1)",
            "r:4:38: \"not ok\" is not a host: \" \" is not an ASCII letter, digit, hyphen,"
                + " underscore or dot",
            "r:4:48: \"also..not\" is not a host: host has an empty label",
            "r:6:9: \"a b\" is not a target: \" \" is not an ASCII letter, digit, hyphen,"
                + " underscore or dot",
            "r:7:5: key \"to\" is repeated (first in line 6)",
            "r:8:5: name: \"erp\" is taken by the rule in line 3",
            "r:9:20: \"host\" matches nothing (expected: exact, suffix or regex)",
            "r:9:22: unknown key \"sufix\" (did you mean \"suffix\"?)",
            "r:10:13: action: \"passs\" (did you mean \"pass\"?)",
            "r:11:14: \"rollout\" is a number (expected: a mapping with percent, sticky)",
            "r:12:5: key \"name\" is missing",
            "r:12:5: key \"action\" is missing",
            "r:12:12: key \"host\" is missing",
            "r:14:32: there is no rule \"epr\" (did you mean \"erp\"?)");
  }

  @Test
  void theNumberOfProblemsIsBounded() {
    List<String> problems = problems("version: 1\nrules:\n" + "- x\n".repeat(1001));

    assertThat(problems).hasSize(1001);
    assertThat(problems.getLast()).isEqualTo("r: further problems are not shown");
  }

  private static String rule(String fields) {
    return "- " + (fields + "\nmatch: { host: { exact: a } }\naction: pass").indent(2).strip();
  }

  private static Arguments of(String text, String problem) {
    return Arguments.of(text, problem);
  }

  private static List<String> problems(String text) {
    return ((RuleFiles.Rejected) RuleFiles.parse("r", text))
        .problems().stream().map(Problem::toString).toList();
  }
}
