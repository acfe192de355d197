package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.regexRule;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExpressionsTest {
  static Stream<Arguments> expressions() {
    String lower = ": hosts are in lower case";
    String none = ": no host has this character";
    return Stream.of(
        row(
            rules(regexRule("a", "erp\\.old\\.net")),
            "plain-regex 3:3: regex erp\\.old\\.net matches what exact erp.old.net matches"),
        row(
            rules(to("a", "regex: '.+\\.old\\.net'", "{0}.new.net")),
            "plain-regex 3:3: regex .+\\.old\\.net matches what suffix .old.net matches"),
        row(
            rules(regexRule("a", "(a|b)\\.old\\.net")),
            "plain-regex 3:3: regex (a|b)\\.old\\.net matches what exact a.old.net and exact"
                + " b.old.net match"),
        row(rules(to("a", "regex: '(a|b)\\.old\\.net'", "{1}.new.net"))),
        row(rules(regexRule("a", "app[0-9]+\\.old\\.net"))),
        row(
            rules(regexRule("a", "App-.*")),
            "impossible-character 3:3: regex App-.* asks for \"A\"" + lower),
        row(
            rules(regexRule("a", "https://(.*)")),
            "impossible-character 3:3: regex https://(.*) asks for \"/\"" + none),
        row(rules(regexRule("a", "(app|App)\\.x[0-9]+"))),
        row(
            rules(regexRule("a", "app[0-9]\\.old\\.net:443")),
            "never-matches 3:3: regex app[0-9]\\.old\\.net:443 matches no host: hosts stand here"
                + " without a port"),
        row(
            rules(regexRule("a", "[A-Z]+\\.x")),
            "never-matches 3:3: regex [A-Z]+\\.x matches no host" + lower),
        row(
            rules(regexRule("a", ".*.old.net")),
            "unescaped-dot 3:3: regex .*.old.net has a \".\" that stands for any character (did you"
                + " mean .*\\.old\\.net?)"));
  }

  @ParameterizedTest
  @MethodSource("expressions")
  void anExpressionThatIsPlainOrMatchesNothingIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.range(Code.PLAIN_REGEX, Code.UNESCAPED_DOT))).isEqualTo(lines);
  }
}
