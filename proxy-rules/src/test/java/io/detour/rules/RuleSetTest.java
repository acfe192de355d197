package io.detour.rules;

import static io.detour.rules.Hosts.asked;
import static io.detour.rules.Hosts.exact;
import static io.detour.rules.Hosts.regex;
import static io.detour.rules.Hosts.request;
import static io.detour.rules.Hosts.rewrite;
import static io.detour.rules.Hosts.rule;
import static io.detour.rules.Hosts.suffix;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Request;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSetTest {
  private static final RuleSet RULES =
      RuleSet.of(
          List.of(
              rule(0, new Outcome.Pass(), exact("sso.old.net")),
              rule(1, rewrite("erp.new.net"), exact("erp.old.net"), exact("erp-dr.old.net")),
              rule(2, rewrite("{1}{2}.apps.new.net"), regex("app-([a-z]*)-?([0-9]*)\\.old\\.net")),
              rule(3, rewrite("{prefix}.new.net:8443"), suffix("old.net")),
              rule(4, new Outcome.Reject("moved"), exact("erp.old.net"), suffix("dead.net")),
              rule(5, rewrite("back.old.net"), exact("erp.new.net"))),
          UnmatchedPolicy.PASS);

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "sso.old.net:443,       pass by r0",
    "erp.old.net:443,       erp.new.net:443 by r1",
    "erp-dr.old.net:8080,   erp.new.net:8080 by r1",
    "app-crm-07.old.net:80, crm07.apps.new.net:80 by r2",
    "a.b.old.net:443,       a.b.new.net:8443 by r3",
    "x.sso.old.net:443,     x.sso.new.net:8443 by r3",
    "dead.net:443,          reject moved by r4",
    "a.dead.net:443,        reject moved by r4",
    "undead.net:443,        unmatched",
    "www.example.com:443,   unmatched",
    "192.0.2.1:443,         unmatched",
    "[2001:db8::1]:443,     unmatched",
  })
  void theFirstRuleThatMatchesDecides(String asked, String decision) {
    assertThat(decided(RULES, asked)).isEqualTo(decision);
  }

  @Test
  @Tag("W06")
  void aRewriteIsNotMatchedAgain() {
    RuleSet circle =
        RuleSet.of(
            List.of(
                rule(0, rewrite("b.net"), exact("a.net")),
                rule(1, rewrite("a.net"), exact("b.net"))),
            UnmatchedPolicy.PASS);

    assertThat(decided(circle, "a.net")).isEqualTo("b.net:443 by r0");
    assertThat(decided(circle, "b.net")).isEqualTo("a.net:443 by r1");
  }

  @ParameterizedTest(name = "W01: {0}")
  @ValueSource(
      strings = {
        "erp.old.net:443",
        "ERP.OLD.NET:443",
        "Erp.Old.Net:443",
        "erp.old.net.:443",
        "ERP.old.NET.:443",
        "erp.old.net:0443",
        "erp.old.net.:00443",
      })
  void allSpellingsOfAHostHaveOneDecision(String text) {
    assertThat(decided(RULES, text)).isEqualTo("erp.new.net:443 by r1");
  }

  @ParameterizedTest(name = "W01: {0}")
  @ValueSource(
      strings = {
        "erp.old.net..:443",
        ".erp.old.net:443",
        "[erp.old.net]:443",
        "erp%2eold.net:443",
        "erp.old.net%00:443",
        "erp.old.net\u0000:443",
        "\uff45rp.old.net:443",
        "erp\u3002old.net:443",
        "erp.old.net :443",
        " erp.old.net:443",
        "erp.old.net@x:443",
        "x@erp.old.net:443",
        "erp.old.net/:443",
      })
  void otherSpellingsAreNoHost(String text) {
    assertThat(HostPort.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  @Tag("W03")
  void aTemplateThatMakesNoHostLeadsNowhere() {
    assertThat(decided(RULES, "old.net"))
        .isEqualTo(
            "target \"{prefix}.new.net:8443\" made no valid host: host has an empty label by r3");
    assertThat(decided(RULES, "app-.old.net")).contains("made no valid host");
  }

  @Test
  void withoutARuleTheDefaultDecides() {
    RuleSet rejecting = RuleSet.of(List.of(), UnmatchedPolicy.REJECT);

    assertThat(RuleSet.empty().decide(request("h"))).isEqualTo(new Decision.Unmatched());
    assertThat(RuleSet.empty().rules()).isEmpty();
    assertThat(rejecting.decide(request("h"))).isEqualTo(new Decision.Unlisted());
    assertThat(rejecting.unmatched()).isEqualTo(UnmatchedPolicy.REJECT);
  }

  @Test
  void withinARuleAnExactHostGoesFirst() {
    RuleSet rules =
        RuleSet.of(
            List.of(rule(0, new Outcome.Pass(), exact("erp.old.net"), suffix("old.net"))),
            UnmatchedPolicy.PASS);

    assertThat(rules.decide(request("erp.old.net")).matcher()).isEqualTo(exact("erp.old.net"));
    assertThat(rules.decide(request("www.old.net")).matcher()).isEqualTo(suffix("old.net"));
  }

  @Test
  void explainNamesTheRulesPassedOverAndTheMatch() {
    Explanation explanation = RULES.explain(request("A.Old.net:80"));

    assertThat(explanation.request().asked()).isEqualTo(asked("a.old.net:80"));
    assertThat(explanation.skipped())
        .extracting(Explanation.Skipped::rule)
        .isEqualTo(RULES.rules().subList(0, 3));
    assertThat(explanation.skipped())
        .allMatch(each -> each.reason() == SkipReason.HOST)
        .extracting(Explanation.Skipped::why)
        .containsExactly(
            "host does not match exact sso.old.net",
            "host does not match exact erp.old.net, exact erp-dr.old.net",
            "host does not match regex app-([a-z]*)-?([0-9]*)\\.old\\.net");
    Decision.Rewrite rewrite = new Decision.Rewrite(RULES.rules().get(3), suffix("old.net"));
    assertThat(explanation.decision()).isEqualTo(rewrite);
    assertThat(explanation.rewrite()).isEqualTo(rewrite);
    assertThat(rewrite.captures(asked("a.old.net").host())).isEqualTo(new Captures.Prefix("a"));
  }

  @Test
  void explainOfAnUnmatchedHostPassesOverEveryRule() {
    Explanation explanation = RULES.explain(request("www.example.com"));

    assertThat(explanation.decision().rule()).isNull();
    assertThat(explanation.skipped())
        .extracting(Explanation.Skipped::rule)
        .isEqualTo(RULES.rules());
  }

  @Test
  void aReasonNamesAFewMatchersOfMany() {
    HostMatcher[] many = {exact("a"), exact("b"), exact("c"), exact("d"), exact("e")};
    RuleSet rules = RuleSet.of(List.of(rule(0, new Outcome.Pass(), many)), UnmatchedPolicy.PASS);

    assertThat(rules.explain(request("x")).skipped().getFirst().why())
        .isEqualTo("host does not match exact a, exact b, exact c or 2 more");
  }

  @Test
  @Tag("W10")
  void explainEqualsDecideAndAPlainScanOnRandomHosts() {
    Random random = new Random(20261121);
    int matched = 0;
    for (int i = 0; i < 100_000; i++) {
      HostPort asked = randomHost(random);
      Request request = Request.of(asked, Request.NO_TIME);
      Explanation explanation = RULES.explain(request);

      assertThat(explanation.decision()).isEqualTo(RULES.decide(request));
      assertThat(explanation.decision().rule()).isEqualTo(firstByPlainScan(asked));
      matched += explanation.decision().rule() == null ? 0 : 1;
    }
    assertThat(matched).isBetween(20_000, 90_000);
  }

  private static HostPort randomHost(Random random) {
    String[] labels = {
      "erp", "erp-dr", "sso", "app-crm-7", "app-", "a", "un", "dead", "old", "new"
    };
    List<String> name = new ArrayList<>();
    for (int n = random.nextInt(3); n > 0; n--) {
      name.add(labels[random.nextInt(labels.length)]);
    }
    name.add(List.of("old", "dead", "new", "undead", "bold").get(random.nextInt(5)));
    name.add("net");
    return asked(String.join(".", name) + ':' + (1 + random.nextInt(65535)));
  }

  private static @Nullable Rule firstByPlainScan(HostPort asked) {
    return RULES.rules().stream()
        .filter(rule -> rule.hosts().stream().anyMatch(m -> m.match(asked.host()) != null))
        .findFirst()
        .orElse(null);
  }

  @Test
  void aRuleStandsAtItsIndex() {
    List<Rule> shifted = List.of(rule(1, new Outcome.Pass(), exact("a")));

    assertThatThrownBy(() -> RuleSet.of(shifted, UnmatchedPolicy.PASS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("index of rule r1: 1 (expected: 0)");
  }

  private static String summary(Decision decision, HostPort asked) {
    return switch (decision) {
      case Decision.Unmatched _ -> "unmatched";
      case Decision.Unlisted _ -> "unlisted";
      case Decision.Pass pass -> "pass by " + pass.rule().name();
      case Decision.Rewrite rewrite -> route(rewrite, asked) + " by " + rewrite.rule().name();
      case Decision.Reject reject -> "reject " + reject.message() + " by " + reject.rule().name();
      case Decision.Brownout brownout -> "brownout by " + brownout.rule().name();
      case Decision.Report report -> "report " + summary(report.wouldBe(), asked);
    };
  }

  private static String route(Decision.Rewrite rewrite, HostPort asked) {
    return switch (rewrite.route(asked)) {
      case Route route ->
          route.hops().stream().map(hop -> hop.address().toString()).collect(joining(" or "));
      case Decision.Refuse refusal -> refusal.message();
    };
  }

  private static String decided(RuleSet rules, String asked) {
    return summary(rules.decide(request(asked)), asked(asked));
  }
}
