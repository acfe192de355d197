package io.detour.rules;

import static io.detour.rules.Hosts.asked;
import static io.detour.rules.Hosts.exact;
import static io.detour.rules.Hosts.request;
import static io.detour.rules.Hosts.rewrite;
import static io.detour.rules.Hosts.rule;
import static io.detour.rules.Hosts.suffix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.Request;
import io.detour.rules.condition.When;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionTest {
  private static final HostMatcher OLD = exact("a.old.net");

  @Test
  void aRouteHasTheTargetsInOrder() {
    Target local =
        Target.parse("localhost")
            .orElseThrow()
            .withPort(8443)
            .withWay(new Target.Way(null, Set.of(AddressClass.LOOPBACK)));
    Target original =
        Target.parse("original").orElseThrow().withWay(new Target.Way("dc", Set.of()));
    Outcome outcome =
        new Outcome.Rewrite(
            List.of(Target.parse("a.new.net").orElseThrow(), local, original),
            new Fallback(When.ALWAYS, Set.of(FallbackError.DNS_ERROR)),
            HostHeader.REWRITE);

    assertThat(route(outcome, "a.old.net:80"))
        .isEqualTo(
            new Route(
                List.of(
                    new Hop(0, asked("a.new.net:80"), null, Set.of()),
                    new Hop(1, asked("localhost:8443"), null, Set.of(AddressClass.LOOPBACK)),
                    new Hop(2, asked("a.old.net:80"), "dc", Set.of())),
                Set.of(FallbackError.DNS_ERROR)));
  }

  @Test
  void onFailureTheAskedHostStandsFirst() {
    Outcome outcome =
        new Outcome.Rewrite(
            List.of(Target.parse("a.new.net:8443").orElseThrow()),
            new Fallback(When.ON_FAILURE, FallbackError.ALL),
            HostHeader.REWRITE);

    assertThat(route(outcome, "a.old.net:80"))
        .isEqualTo(
            new Route(
                List.of(
                    Hop.asked(asked("a.old.net:80")),
                    new Hop(0, asked("a.new.net:8443"), null, Set.of())),
                FallbackError.ALL));
  }

  @Test
  void aRuleThatOnlyReportsSaysWhatItWouldDo() {
    Rule rule = rule(0, Conditions.ANY, Lifetime.ALWAYS, rewrite("a.new.net"), Mode.REPORT, OLD);

    assertThat(rules(rule).decide(request("a.old.net")))
        .isEqualTo(new Decision.Report(new Decision.Rewrite(rule, OLD)));
  }

  @Test
  void aRuleThatIsOffTakesNothing() {
    Rule off = rule(0, Conditions.ANY, Lifetime.ALWAYS, rewrite("a.new.net"), Mode.OFF, OLD);
    Rule below = rule(1, new Outcome.Pass(), OLD);

    Explanation explanation = rules(off, below).explain(request("a.old.net"));

    assertThat(explanation.decision().rule()).isEqualTo(below);
    assertThat(explanation.skipped())
        .singleElement()
        .satisfies(
            passed -> {
              assertThat(passed.rule()).isEqualTo(off);
              assertThat(passed.reason()).isEqualTo(SkipReason.OFF);
              assertThat(passed.why()).isEqualTo("mode is off");
            });
  }

  @ParameterizedTest(name = "on_expiry {0}")
  @EnumSource(OnExpiry.class)
  void aRuleHoldsUntilItsLastDayIsOver(OnExpiry then) {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    Expiry expiry = Expiry.after(LocalDate.parse("2027-03-31"), berlin, then);
    long end = LocalDate.parse("2027-04-01").atStartOfDay(berlin).toEpochSecond();
    Rule rule =
        rule(
            0, Conditions.ANY, new Lifetime(expiry, null), rewrite("a.new.net"), Mode.ENFORCE, OLD);
    RuleSet rules = rules(rule);
    Decision held = new Decision.Rewrite(rule, OLD);

    assertThat(rules.decide(Request.of(asked("a.old.net"), end - 1))).isEqualTo(held);
    assertThat(rules.decide(request("a.old.net"))).isEqualTo(held);
    assertThat(rules.decide(Request.of(asked("a.old.net"), end)))
        .isEqualTo(
            switch (then) {
              case WARN -> held;
              case DISABLE -> new Decision.Unmatched();
              case REJECT -> new Decision.Reject(rule, OLD, "rule \"r0\" has expired");
            });
  }

  @Test
  void whatHasExpiredIsSaidByExplain() {
    Expiry expiry = Expiry.after(LocalDate.parse("2020-01-31"), ZoneOffset.UTC, OnExpiry.DISABLE);
    Rule rule =
        rule(0, Conditions.ANY, new Lifetime(expiry, null), new Outcome.Pass(), Mode.ENFORCE, OLD);

    assertThat(rules(rule).explain(Request.of(asked("a.old.net"), 1_800_000_000)).skipped())
        .singleElement()
        .satisfies(
            passed -> {
              assertThat(passed.reason()).isEqualTo(SkipReason.EXPIRED);
              assertThat(passed.why()).isEqualTo("expired, its last day was 2020-01-31");
            });
  }

  @Test
  void aLegacySuffixIsTheLongestThatTheHostHas() {
    HostMatcher.Suffix zone = (HostMatcher.Suffix) suffix("old.net");
    HostMatcher.Suffix below = (HostMatcher.Suffix) suffix(".corp.old.net");
    RuleSet rules =
        RuleSet.of(
            List.of(), UnmatchedPolicy.PASS, new LegacyZones(List.of(zone, below), List.of()));

    assertThat(rules.legacyZones().find(asked("a.corp.old.net").host())).isEqualTo(below);
    assertThat(rules.legacyZones().find(asked("corp.old.net").host())).isEqualTo(zone);
    assertThat(rules.legacyZones().find(asked("old.net").host())).isEqualTo(zone);
    assertThat(rules.legacyZones().find(asked("bold.net").host())).isNull();
    assertThat(rules.legacyZones().find(asked("net").host())).isNull();
    assertThat(rules.legacyZones().all()).containsExactly(zone, below);
    assertThat(rules.explain(request("b.old.net")).legacyZone()).isEqualTo(zone);
  }

  @Test
  void aLegacyNetworkIsTheSmallestThatTheAddressIsIn() {
    LegacyZone.Network wide = network("10.0.0.0/8");
    LegacyZone.Network narrow = network("10.1.0.0/16");
    LegacyZone.Network ipv6 = network("2001:DB8::/32");
    LegacyZone.Network one = network("192.0.2.7");
    LegacyZones zones = new LegacyZones(List.of(), List.of(wide, narrow, ipv6, one));

    assertThat(zones.find(host("10.1.2.3"))).isEqualTo(narrow);
    assertThat(zones.find(host("::ffff:10.1.2.3"))).isEqualTo(narrow);
    assertThat(zones.find(host("10.2.0.0"))).isEqualTo(wide);
    assertThat(zones.find(host("2001:db8::1"))).isEqualTo(ipv6);
    assertThat(ipv6.text()).as("as written").isEqualTo("2001:DB8::/32");
    assertThat(zones.find(host("192.0.2.7"))).isEqualTo(one);
    assertThat(zones.find(host("192.0.2.8"))).isNull();
    assertThat(zones.find(host("2001:db9::"))).isNull();
    assertThat(zones.find(host("a.10.1.2.3.net"))).isNull();
    assertThat(LegacyZones.NONE.find(host("10.1.2.3"))).isNull();
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }

  private static LegacyZone.Network network(String text) {
    return LegacyZone.Network.parse(text).orElseThrow();
  }

  @Test
  void noRuleGoesFurtherThanTheServerLetsIt() {
    Rule rule = rule(0, rewrite("a.new.net"), OLD);
    RuleSet rules = RuleSet.of(List.of(rule), UnmatchedPolicy.REJECT);

    assertThat(rules.atMost(Mode.ENFORCE)).isSameAs(rules);
    assertThat(rules.atMost(Mode.REPORT).decide(request("a.old.net")))
        .isInstanceOf(Decision.Report.class);
    assertThat(rules.atMost(Mode.REPORT).decide(request("b")))
        .isInstanceOf(Decision.Unmatched.class);
    assertThat(rules.atMost(Mode.OFF).decide(request("a.old.net")))
        .isInstanceOf(Decision.Unmatched.class);
  }

  @Test
  void aRouteIsForTheHostThatWasDecided() {
    Decision.Rewrite rewrite = new Decision.Rewrite(rule(0, rewrite("b"), OLD), OLD);

    assertThatThrownBy(() -> rewrite.route(asked("other.net")))
        .hasMessage("asked: other.net (expected: exact a.old.net)");
  }

  private static Decision.Result route(Outcome outcome, String asked) {
    return new Decision.Rewrite(rule(0, outcome, OLD), OLD).route(asked(asked));
  }

  private static RuleSet rules(Rule... rules) {
    return RuleSet.of(List.of(rules), UnmatchedPolicy.PASS);
  }
}
