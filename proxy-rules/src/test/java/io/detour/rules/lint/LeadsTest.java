package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.conditional;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LeadsTest {
  static Stream<Arguments> leads() {
    String step = "; a request takes only the first step";
    String once = ", but a request is decided once";
    return Stream.of(
        row(
            rules(to("a", "exact: a.net", "b.net"), to("b", "exact: b.net", "a.net")),
            "cycle 3:3: cycle with \"b\" at 4" + step),
        row(
            rules(
                to("a", "exact: a.net", "b.net"),
                to("b", "exact: b.net", "c.net"),
                to("c", "exact: c.net", "a.net")),
            "cycle 3:3: cycle with \"b\" at 4 and \"c\" at 5" + step),
        row(
            rules(
                to("in", "exact: in.net", "a.net"),
                to("a", "exact: a.net", "b.net"),
                to("b", "exact: b.net", "a.net")),
            "chain 3:3: target a.net would be rewritten by \"a\" at 4" + once,
            "cycle 4:3: cycle with \"b\" at 5" + step),
        row(
            rules(
                to("a", "suffix: .old.net", "{prefix}.new.net"),
                to("b", "suffix: .new.net", "{prefix}.old.net")),
            "cycle 3:3: cycle with \"b\" at 4" + step),
        row(
            rules(
                to("a", "exact: a.old.net", "a.new.net"),
                to("b", "suffix: .new.net", "{prefix}.old.net")),
            "cycle 3:3: cycle with \"b\" at 4" + step),
        row(
            rules(
                to("a", "regex: '([ab])([ab])[.]net'", "{2}{1}.net"),
                to("b", "exact: x.org", "ab.net")),
            "cycle 3:3: leads in a circle to what it matches itself" + step,
            "chain 4:3: target ab.net would be rewritten by \"a\" at 3" + once),
        row(
            rules(to("a", "exact: a.net", "b.net"), to("b", "suffix: b.net", "c.net")),
            "chain 3:3: target b.net would be rewritten by \"b\" at 4" + once),
        row(
            rules(to("a", "exact: a.net", "b.net"), to("b", "regex: '[a-c][.]net'", "d.net")),
            "chain 3:3: target b.net would be rewritten by \"b\" at 4" + once),
        row(
            rules(
                to("a", "suffix: .old.net", "{prefix}.mid.net"),
                to("b", "suffix: .mid.net", "{prefix}.new.net")),
            "chain 3:3: target {prefix}.mid.net would be rewritten by \"b\" at 4" + once),
        row(
            rules(to("a", "suffix: .old.net", "{prefix}.www.old.net")),
            "chain 3:3: target {prefix}.www.old.net would be rewritten by this rule itself" + once),
        row(rules(to("a", "suffix: .old.net", "portal.old.net"))),
        row(
            rules(
                to("a", "exact: a.net", "b.net"),
                "b, match: { host: { exact: b.net } }, action: reject"),
            "chain 3:3: target b.net would be rejected by \"b\" at 4" + once),
        row(
            rules(
                to("a", "exact: a.net", "b.net"),
                "p, match: { host: { exact: b.net } }, action: pass",
                to("b", "suffix: b.net", "c.net"))),
        row(rules(to("a", "exact: a.net", "b.net:80"), conditional("b", "b.net", "port: 443"))),
        row(
            rules(to("a", "exact: a.net", "b.net:443"), conditional("b", "b.net", "port: 443")),
            "chain 3:3: target b.net:443 would be rewritten by \"b\" at 4" + once),
        row(
            rules(
                to("a", "exact: a.net", "b.net"),
                to("b", "exact: b.net", "c.net") + ", mode: off")),
        row(
            rules(
                to("a", "exact: a.net", "b.net"),
                to("b", "exact: b.net", "c.net") + ", expires: 2027-02-28, on_expiry: disable")),
        row(
            rules(
                "a, match: { host: { exact: a.net } }, action: rewrite, targets: [{ to: b.net, via:"
                    + " dc }]",
                to("b", "exact: b.net", "c.net"))));
  }

  @ParameterizedTest(name = "W06 {1}")
  @MethodSource("leads")
  void whereATargetWouldLeadOnIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.CYCLE, Code.CHAIN))).isEqualTo(lines);
  }

  @Test
  @Tag("W06")
  void aCycleOfAnyLengthIsFoundOnce() {
    int length = 5000;
    String[] rules = new String[length];
    for (int i = 0; i < length; i++) {
      rules[i] = to("r" + i, "exact: h" + i + ".net", "h" + (i + 1) % length + ".net");
    }

    assertThat(lines(rules(rules), EnumSet.of(Code.CYCLE, Code.CHAIN)))
        .containsExactly(
            "cycle 3:3: cycle with \"r1\" at 4, \"r2\" at 5, \"r3\" at 6 and 4996 more; a request"
                + " takes only the first step");
  }
}
