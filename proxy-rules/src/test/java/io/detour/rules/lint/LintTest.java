package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Position;
import io.detour.rules.yaml.RuleFiles;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LintTest {
  private static final LocalDate TODAY = LocalDate.of(2027, 3, 1);

  /** What lint knows here beside the rules. */
  private static final Setting SETTING =
      Setting.on(TODAY)
          .withOwnListener(address -> address.toString().equals("127.0.0.1:3128"))
          .withParents(Set.of("dc", "lab"))
          .withUsers(Setting.Users.NONE);

  private static List<Finding> findings(String rules) {
    RuleFiles files = RuleFiles.parse("r.yaml", "version: 1\n" + rules.stripIndent());
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return Lint.of((RuleFiles.Loaded) files, SETTING);
  }

  /** Without the codes that a table is not about. */
  private static List<String> lines(String rules, Set<Code> codes) {
    return findings(rules).stream()
        .filter(finding -> codes.contains(finding.code()))
        .map(finding -> finding.code() + " " + finding)
        .map(line -> line.replace("r.yaml:", "").replace(" warning:", ""))
        .collect(Collectors.toList());
  }

  /** One rule a line, so that the rule named a stands in line 3. */
  private static String rules(String... rules) {
    return "rules:\n"
        + Stream.of(rules).map(rule -> "- { name: " + rule + " }\n").collect(Collectors.joining());
  }

  private static String exactRule(String name, String hosts) {
    return name + ", match: { host: { exact: [" + hosts + "] } }, action: rewrite, to: x.new.net";
  }

  private static String suffixRule(String name, String hosts) {
    return name + ", match: { host: { suffix: [" + hosts + "] } }, action: rewrite, to: x.new.net";
  }

  private static String regexRule(String name, String regex) {
    return name + ", match: { host: { regex: '" + regex + "' } }, action: rewrite, to: x.new.net";
  }

  private static String conditional(String name, String exact, String conditions) {
    return name
        + ", match: { host: { exact: ["
        + exact
        + "] }, "
        + conditions
        + " }, action: rewrite, to: x.new.net";
  }

  private static Arguments row(String rules, String... lines) {
    return Arguments.of(rules, List.of(lines));
  }

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
            "duplicate 4:3: exact w.net stands in \"a\" at 3 too"),
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

  private static String to(String name, String host, String to) {
    return name + ", match: { host: { " + host + " } }, action: rewrite, to: '" + to + "'";
  }

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

  @ParameterizedTest
  @MethodSource("targets")
  void aTargetWithoutEffectOrThatCannotBeMeantIsFound(String rules, List<String> lines) {
    Set<Code> codes = EnumSet.range(Code.NO_OP, Code.UNUSED_FALLBACK);
    codes.addAll(EnumSet.of(Code.OWN_LISTENER, Code.UNKNOWN_PARENT));
    assertThat(lines(rules, codes)).isEqualTo(lines);
  }

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
            "impossible-character 3:3: regex https://(.*) asks for \"/\"" + none));
  }

  @ParameterizedTest
  @MethodSource("expressions")
  void anExpressionThatIsPlainOrMatchesNothingIsFound(String rules, List<String> lines) {
    assertThat(lines(rules, EnumSet.of(Code.PLAIN_REGEX, Code.IMPOSSIBLE_CHARACTER)))
        .isEqualTo(lines);
  }

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

  @Test
  void aRuleThatNoTestReachesIsFound() {
    String rules =
        rules(
            exactRule("a", "a.net"),
            exactRule("b", "b.net"),
            exactRule("off", "c.net") + ", mode: off",
            exactRule("dead", "a.net"));
    Set<Code> missing = EnumSet.of(Code.MISSING_TEST);

    assertThat(lines(rules + "tests: [{ host: a.net, expect: { rule: a } }]\n", missing))
        .containsExactly("missing-test 4:3: no test reaches this rule");
    assertThat(lines(rules, missing)).containsExactly("missing-test  there are no tests");
    assertThat(lines("rules: []\n", missing)).isEmpty();
  }

  @Test
  void anAnchorThatNoAliasLeadsToIsFound() {
    String text =
        "x-a: &used { owner: netops }\nx-b: &net { owner: netops }\nx-c: *used\nrules: []\n";

    assertThat(findings(text))
        .extracting(Finding::toString)
        .containsExactly("r.yaml:3:6: warning: anchor &net is not used");
  }

  @Test
  void theExampleFileOfTheIssueHasBothPlacesOfEachFinding() {
    assertThat(
            findings(
                rules(suffixRule("old-zone", ".old.net"), exactRule("wiki", "wiki.old.net"))
                    + "tests: [{ host: wiki.old.net, expect: { rule: old-zone } }]\n"))
        .containsExactly(
            new Finding(
                Code.SHADOWED,
                "wiki",
                "r.yaml",
                4,
                3,
                "shadowed by \"old-zone\" at r.yaml:3",
                List.of(new Position("r.yaml", 3))));
  }

  @Test
  void rulesWithNothingToSayAboutHaveNoFindings() {
    assertThat(
            findings(
                rules(
                        exactRule("sso", "sso.old.net"),
                        to("zone", "suffix: .old.net", "{prefix}.new.org"))
                    + "tests:\n"
                    + "- { host: sso.old.net, expect: { rule: sso } }\n"
                    + "- { host: w.old.net, expect: { to: w.new.org } }\n"))
        .isEmpty();
  }

  @Test
  void findingsStandInTheOrderOfTheFileAndAreNotWithoutEnd() {
    int number = Findings.MOST_OF_A_KIND + 5;
    String[] rules = new String[number];
    for (int i = 0; i < number; i++) {
      rules[i] = exactRule("r" + i, "h" + i + ".net") + ", mode: off";
    }

    List<Finding> findings =
        findings(rules(rules) + "tests: [{ host: x, expect: { action: pass } }]\n");

    assertThat(findings).hasSize(Findings.MOST_OF_A_KIND + 1);
    assertThat(findings.subList(0, 3)).extracting(Finding::line).containsExactly(3, 4, 5);
    assertThat(findings.getLast())
        .hasToString("r.yaml: warning: 5 further findings does-nothing are not shown");
  }
}
