package io.detour.rules.lint;

import static io.detour.rules.lint.LintTables.conditional;
import static io.detour.rules.lint.LintTables.lines;
import static io.detour.rules.lint.LintTables.row;
import static io.detour.rules.lint.LintTables.rules;
import static io.detour.rules.lint.LintTables.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetsTest {
  static Stream<Arguments> targets() {
    String noOp = "no-op 3:3: leads to the asked host itself (did you mean \"action: pass\"?)";
    String targets = "a, match: { host: { exact: a.net } }, action: rewrite, targets: ";
    return Stream.of(
        row(rules(to("a", "exact: a.net", "A.net.")), noOp),
        row(rules(to("a", "exact: [a.net, b.net]", "a.net"))),
        row(rules(to("a", "exact: [a.net, b.net]", "original")), noOp),
        row(rules(to("a", "exact: a.net", "original:8443"))),
        row(rules(conditional("a", "x.new.net", "port: 443")), noOp),
        row(
            rules(
                "a, match: { host: { exact: a.net }, port: 443 }, action: rewrite, to:"
                    + " 'a.net:443'"),
            noOp),
        row(rules(to("a", "suffix: .old.net", "{prefix}.old.net")), noOp),
        row(rules(to("a", "regex: 'a[0-9][.]net'", "{0}")), noOp),
        row(rules(targets + "[{ to: original, via: dc }]")),
        row(rules(targets + "[{ to: a.net, allow: [loopback] }]")),
        row(
            rules(targets + "[{ to: b.net }, { to: c.net }, { to: b.net }]"),
            "repeated-target 3:3: target b.net is tried twice"),
        row(rules(targets + "[{ to: b.net }, { to: b.net, via: dc }]")),
        row(
            rules(targets + "[{ to: b.net }, { to: original }], when: on_failure"),
            "repeated-target 3:3: target original is tried twice"),
        row(
            rules(targets + "[{ to: b.net }], fallback_on: [dns_error]"),
            "unused-fallback 3:3: fallback_on has no effect: there is only one target"),
        row(rules(targets + "[{ to: b.net }], fallback_on: [dns_error], when: on_failure")),
        row(
            rules(targets + "[{ to: b.net }, { to: c.net }], fallback_on: []"),
            "unused-target 3:3: target c.net is never tried: fallback_on is empty"),
        row(
            rules(targets + "[{ to: b.net }], fallback_on: [], when: on_failure"),
            "unused-target 3:3: target b.net is never tried: fallback_on is empty"),
        row(
            rules(to("a", "exact: a.net", "127.0.0.1:3128")),
            "own-listener 3:3: error: target 127.0.0.1:3128 is a listener of this Detour itself"
                + " (127.0.0.1:3128)"),
        row(
            rules(
                "a, match: { host: { exact: a.net }, port: 3128 }, action: rewrite, to: 127.0.0.1"),
            "own-listener 3:3: error: target 127.0.0.1 is a listener of this Detour itself"
                + " (127.0.0.1:3128)"),
        row(
            rules(to("a", "exact: a.net", "localhost:3128")),
            "own-listener 3:3: error: target localhost:3128 is a listener of this Detour itself"
                + " (127.0.0.1:3128)"),
        row(
            rules(to("a", "exact: a.net", "proxy.localhost:3128")),
            "own-listener 3:3: error: target proxy.localhost:3128 is a listener of this Detour"
                + " itself (127.0.0.1:3128)"),
        row(
            rules(to("a", "exact: a.net", "localhost:3129")),
            "own-listener 3:3: error: target localhost:3129 is a listener of this Detour itself"
                + " ([::1]:3129)"),
        row(rules(to("a", "exact: a.net", "localhost:3130"))),
        row(rules(to("a", "exact: a.net", "mylocalhost:3128"))),
        row(rules(to("a", "exact: a.net", "127.0.0.1"))),
        row(rules(targets + "[{ to: '127.0.0.1:3128', via: dc }]")),
        row(rules(targets + "[{ to: '127.0.0.1:3128', allow: [self] }]")),
        row(
            rules(targets + "[{ to: b.net, via: labs }]"),
            "unknown-parent 3:3: error: via: there is no parent \"labs\" (did you mean \"lab\"?)"),
        row(
            rules(targets + "[{ to: b.net, via: london }]"),
            "unknown-parent 3:3: error: via: there is no parent \"london\""));
  }

  static Stream<Arguments> templates() {
    String failing =
        "target {prefix}.new.net makes no host of old.net itself, which gets 502 (did you mean"
            + " \".old.net\"?)";
    String zone = to("a", "suffix: old.net", "{prefix}.new.net");
    String apex = "apex, match: { host: { exact: old.net } }, action: pass";
    return Stream.of(
        row(rules(zone), "template-fails 3:3: " + failing),
        row(rules(zone + ", mode: report"), "template-fails 3:3: " + failing),
        row(rules(zone + ", mode: off")),
        row(rules(to("a", "suffix: .old.net", "{prefix}.new.net"))),
        row(rules(to("a", "suffix: old.net", "www{prefix}.new.net"))),
        row(
            rules(to("a", "suffix: [.w.net, old.net]", "{prefix}.new.net")),
            "template-fails 3:3: " + failing),
        row(
            rules(
                "a, match: { host: { suffix: old.net } }, action: rewrite, targets: [{ to: b.net"
                    + " }, { to: '{prefix}.new.net' }]"),
            "template-fails 3:3: " + failing),
        row(rules(apex, zone)),
        row(rules(zone, apex), "template-fails 3:3: " + failing),
        row(
            rules(conditional("apex", "old.net", "port: 443"), zone),
            "template-fails 4:3: " + failing));
  }

  @ParameterizedTest(name = "W03 {1}")
  @MethodSource("templates")
  void aTemplateThatFailsForTheApexIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.TEMPLATE_FAILS))).isEqualTo(lines);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void aTargetWithoutEffectOrThatCannotBeMeantIsFound(String rules, List<String> lines) {
    Set<Code> codes = EnumSet.range(Code.NO_OP, Code.UNUSED_FALLBACK);
    codes.addAll(EnumSet.of(Code.OWN_LISTENER, Code.UNKNOWN_PARENT));
    assertThat(lines(rules, codes)).isEqualTo(lines);
  }
}
