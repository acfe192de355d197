package io.detour.ops.certificates;

import static io.detour.server.decide.RuleTexts.parsed;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.rules.Rule;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificatePlanTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "'[]', 443",
    "'[80, 443]', 443",
    "'[400-500]', 443",
    "'[80, 8000-8999]', 8443",
    "'[993]', 993",
    "'[80]', ",
    "'[80, 81]', ",
  })
  void theTargetIsTriedOnThePortThatBrowsersAskFor(String ports, @Nullable Integer port) {
    String scope = ports.equals("[]") ? "" : ", port: " + ports;
    CertificatePlan plan = plan("host: { exact: a.old.test }" + scope, Set.of());

    assertThat(plan.trials()).hasSize(port == null ? 0 : 1);
    assertThat(plan.trials())
        .allMatch(trial -> Objects.equals(trial.probe().target().port(), port));
  }

  @Test
  void seenNamesLeadWhereTheRuleLeadsThem() {
    CertificatePlan plan =
        plan("host: { suffix: .old.test }", Set.of(host("a.old.test"), host("b.c.old.test")));

    assertThat(plan.trials())
        .extracting(trial -> trial.probe().legacyName() + " " + trial.probe().target())
        .containsExactlyInAnyOrder("a.old.test new.test:443", "b.c.old.test new.test:443");
  }

  @Test
  void namesThatTheRuleNoLongerMatchesAreLeftOut() {
    assertThat(plan("host: { suffix: .old.test }", Set.of(host("a.other.test"))).trials())
        .isEmpty();
  }

  @Test
  void everyTargetHasItsNumberAndTheAskedHostHasNone() {
    List<Rule> rules =
        parsed(
                """
                version: 1
                rules:
                  - name: r
                    match: { host: { exact: a.old.test } }
                    action: rewrite
                    when: on_failure
                    targets: [{ to: one.test }, { to: two.test, port: 8443 }]
                    fallback_on: [dns_error]
                """)
            .rules();

    assertThat(CertificatePlan.of(rules, NOW).trials())
        .extracting(trial -> trial.check().place().target() + " " + trial.probe().target())
        .containsExactly("0 one.test:443", "1 two.test:8443");
  }

  private static CertificatePlan plan(String match, Set<Host> seen) {
    List<Rule> rules =
        parsed(
                """
                version: 1
                rules:
                  - name: r
                    match: { %s }
                    action: rewrite
                    to: new.test
                """
                    .formatted(match))
            .rules();
    return CertificatePlan.ofUsed(rules.stream(), NOW, rule -> seen);
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }
}
