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

/** R02: what people type into rule files, and the correction that they are told. */
class RuleSlipsTest {
  private static final String CHARACTER =
      " is not an ASCII letter, digit, hyphen, underscore or dot";

  @ParameterizedTest(name = "R02: {0}")
  @MethodSource
  void aHost(String host, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n- name: a\n  action: pass\n  match: { host: { "
                    + host
                    + " } }\n"))
        .containsExactly(problem);
  }

  static Stream<Arguments> aHost() {
    String url = " is not a host: it is a URL (did you mean ";
    return Stream.of(
        of(
            "exact: https://erp.old.example.com/",
            "r:5:27: \"https://erp.old.example.com/\"" + url + "\"erp.old.example.com\"?)"),
        of(
            "exact: 'https://u:p@erp.old:8443/x?y'",
            "r:5:27: \"https://u:p@erp.old:8443/x?y\"" + url + "\"erp.old\"?)"),
        of(
            "exact: 'https://[2001:db8::1]:443/'",
            "r:5:27: \"https://[2001:db8::1]:443/\"" + url + "\"2001:db8::1\"?)"),
        of("exact: 'http://'", "r:5:27: \"http://\" is not a host: host is not an IPv6 address"),
        of(
            "exact: 'erp.old.example.com:443'",
            "r:5:27: \"erp.old.example.com:443\" is not a host: a port stands in match.port (did"
                + " you mean \"erp.old.example.com\"?)"),
        of(
            "suffix: '.old.net:443'",
            "r:5:28: \".old.net:443\" is not a host: a port stands in match.port (did you mean"
                + " \".old.net\"?)"),
        of(
            "exact: '[2001:db8::1]'",
            "r:5:27: \"[2001:db8::1]\" is not a host: an IPv6 address stands without brackets here"
                + " (did you mean \"2001:db8::1\"?)"),
        of(
            "exact: '[2001:db8::1]:443'",
            "r:5:27: \"[2001:db8::1]:443\" is not a host: a port stands in match.port (did you mean"
                + " \"2001:db8::1\"?)"),
        of(
            "exact: bücher.example",
            "r:5:27: \"bücher.example\" is not a host: \"ü\" (U+00FC)"
                + CHARACTER
                + " (did you mean \"xn--bcher-kva.example\"?)"),
        of(
            "suffix: .bücher.example",
            "r:5:28: \".bücher.example\" is not a host: \"ü\" (U+00FC)"
                + CHARACTER
                + " (did you mean \".xn--bcher-kva.example\"?)"),
        of(
            "exact: straße.example",
            "r:5:27: \"straße.example\" is not a host: \"ß\" (U+00DF)" + CHARACTER),
        of(
            "exact: “erp.old.net”",
            "r:5:27: \"“erp.old.net”\" is not a host: \"“\" (U+201C)"
                + CHARACTER
                + " (did you mean \"erp.old.net\"?)"),
        of(
            "exact: erp.old.net/",
            "r:5:27: \"erp.old.net/\" is not a host: \"/\""
                + CHARACTER
                + " (did you mean \"erp.old.net\"?)"),
        of("exact: 10.0.0.0/8", "r:5:27: \"10.0.0.0/8\" is not a host: \"/\"" + CHARACTER),
        of("exact: a@b", "r:5:27: \"a@b\" is not a host: \"@\"" + CHARACTER),
        of(
            "regex: '(?!sso).*\\.net'",
            "r:5:27: regex \"(?!sso).*\\.net\" does not compile: RE2 has no look-around (for an"
                + " exception, put a rule with action \"pass\" above)"),
        of(
            "regex: '(?<=a)b'",
            "r:5:27: regex \"(?<=a)b\" does not compile: RE2 has no look-around (for an exception,"
                + " put a rule with action \"pass\" above)"),
        of(
            "regex: \"app\\.old\"",
            "r:5:31: \\. means nothing in double quotes (a regular expression stands in single"
                + " quotes)"));
  }

  @ParameterizedTest(name = "R02: {0}")
  @MethodSource
  void aTarget(String to, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n- name: a\n  match: { host: { regex: '(a)b' } }\n"
                    + "  action: rewrite\n  to: "
                    + to
                    + '\n'))
        .containsExactly("r:6:7: " + problem);
  }

  static Stream<Arguments> aTarget() {
    String url = " is not a target: it is a URL (did you mean ";
    return Stream.of(
        of(
            "https://erp.new.example.com/",
            "\"https://erp.new.example.com/\"" + url + "\"erp.new.example.com\"?)"),
        of(
            "https://erp.new.net:8443/x",
            "\"https://erp.new.net:8443/x\"" + url + "\"erp.new.net:8443\"?)"),
        of("https://{1}.new.net/", "\"https://{1}.new.net/\"" + url + "\"{1}.new.net\"?)"),
        of("$1.new.net", wrong("$1.new.net", "$", "{1}.new.net")),
        of("'\\1.new.net'", wrong("\\1.new.net", "\\", "{1}.new.net")),
        of("${1}.new.net", wrong("${1}.new.net", "$", "{1}.new.net")),
        of("'*.new.net'", wrong("*.new.net", "*", "{prefix}.new.net")),
        of("erp.new.net/", wrong("erp.new.net/", "/", "erp.new.net")),
        of(
            "“erp.new.net”",
            "\"“erp.new.net”\" is not a target: \"“\" (U+201C)"
                + CHARACTER
                + " (did you mean \"erp.new.net\"?)"),
        of(
            "bücher.example",
            "\"bücher.example\" is not a target: \"ü\" (U+00FC)"
                + CHARACTER
                + " (did you mean \"xn--bcher-kva.example\"?)"));
  }

  private static String wrong(String typed, String character, String meant) {
    return '"'
        + typed
        + "\" is not a target: \""
        + character
        + '"'
        + CHARACTER
        + " (did you mean \""
        + meant
        + "\"?)";
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void theSyntaxOfARule(String rule, String problem) {
    assertThat(problems("version: 1\nrules:\n" + rule)).contains(problem);
  }

  static Stream<Arguments> theSyntaxOfARule() {
    String single =
        "a quote stands inside quotes (expected: '' for it, or double quotes around the text)";
    return Stream.of(
        of(
            "- name: a\n  match: { host: { exact: \"erp.old } }\n  action: pass\n",
            "r:4:27: the quote that opens here has no end"),
        of(
            "- name: a\n  owner: \"me\n  reason: \"x\"\n",
            "r:4:10: the quote that opens here has no end in its line"),
        of(
            "- name: a\n  match: { host: { exact: [a, b } }\n  action: pass\n",
            "r:4:27: the bracket [ that opens here is not closed"),
        of(
            "- name: a\n  match: { host: { exact: a }\n  action: pass\n- name: b\n",
            "r:4:10: the bracket { that opens here is not closed (or a comma is missing in line"
                + " 5)"),
        of(
            "- name: a\n  match: { host: { exact: a }\n",
            "r:4:10: the bracket { that opens here is not closed"),
        of(
            "- name: a\n  match: { host: { exact: ['a' 'b'] } }\n",
            "r:4:32: a comma or ] is missing here (the bracket opens at 4:27)"),
        of("- name: a\n  reason: 'it's gone'\n", "r:4:14: " + single),
        of("- { name: a, reason: 'it's gone' }\n", "r:3:25: " + single),
        of(
            "- name: a\n  reason: \"say \"x\" now\"\n",
            "r:4:16: a quote stands inside quotes (expected: \\\" for it, or single quotes around"
                + " the text)"),
        of(
            "- name: a\n  message: moved: see wiki\n",
            "r:4:12: text with a colon has to stand in quotes: \"moved: see wiki\""),
        of(
            "- name: a\n  message: moved: \"see\" wiki # new\n",
            "r:4:12: text with a colon has to stand in quotes: 'moved: \"see\" wiki'"),
        of(
            "- { name: a, message: moved: see wiki }\n",
            "r:3:28: a comma or quotes are missing before this colon (the bracket opens at 3:3)"),
        of(
            "  - name: a\n    action: pass\n   - name: b\n",
            "r:5:4: this \"-\" is not under the one in line 3"),
        of("  - name: a\n - name: b\n", "r:4:2: this \"-\" is not under the one in line 3"),
        of(
            "  - name: a\n    match:\n      client:\n        - 10.0.0.0/8\n   - name: b\n",
            "r:7:4: this \"-\" is not under the one in line 3"),
        of(
            "  - name: a\n    <<: *net\nx-net: &net { owner: me }\n",
            "r:4:9: alias *net has no anchor &net above it (it stands below, in line 5)"));
  }

  @ParameterizedTest(name = "R02: {0}")
  @MethodSource
  void aKindOfHostBesideHost(String match, List<String> problems) {
    assertThat(problems("version: 1\nrules:\n- name: a\n  action: pass\n  match: " + match + '\n'))
        .isEqualTo(problems);
  }

  static Stream<Arguments> aKindOfHostBesideHost() {
    return Stream.of(
        Arguments.of(
            "{ exact: erp.old.net }", List.of("r:5:12: key \"exact\" belongs under \"host\"")),
        Arguments.of(
            "{ exact: a..b, port: 443 }",
            List.of(
                "r:5:12: key \"exact\" belongs under \"host\"",
                "r:5:19: \"a..b\" is not a host: host has an empty label")),
        Arguments.of(
            "{ host: { exact: a }, suffix: b }",
            List.of("r:5:32: key \"suffix\" belongs under \"host\"")));
  }

  @Test
  @Tag("R02")
  void bothTextsOfABrownoutAreRead() {
    assertThat(
            problems(
                """
                version: 1
                rules:
                - name: a
                  match: { host: { exact: a } }
                  action: pass
                  brownout: { cron: '0 10 * *', for: 48h }
                """))
        .containsExactly(
            "r:6:21: cron: \"0 10 * *\" (expected: minute hour day-of-month month day-of-week)",
            "r:6:38: for: \"48h\" (expected: 1m to 24h)");
  }

  @Test
  @Tag("R02")
  void aTestOfARuleWithAnInvalidNameIsNoFurtherProblem() {
    assertThat(
            problems(
                """
                version: 1
                rules:
                - name: Old_Zone
                  match: { host: { exact: a } }
                  action: pass
                tests:
                - { host: a, expect: { rule: Old_Zone } }
                """))
        .containsExactly(
            "r:3:9: name: \"Old_Zone\" (expected: 1 to 63 of the characters a to z, 0 to 9 and -)");
  }

  private static Arguments of(String text, String problem) {
    return Arguments.of(text, problem);
  }

  private static List<String> problems(String text) {
    return ((RuleFiles.Rejected) RuleFiles.parse("r", text))
        .problems().stream().map(Problem::toString).toList();
  }
}
