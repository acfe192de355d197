package io.detour.ops.metrics;

import io.detour.core.Direction;
import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.When;
import io.detour.rules.document.Fields;
import io.detour.rules.host.LegacyZone;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse.TargetUse;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The series of the rules in force, made when somebody scrapes.
 *
 * <p>There is no object for a series between two scrapes, so that a million rules cost nothing but
 * their counts, a series is there from the moment in which its rule decides, and it goes with its
 * rule. All families of a page are of one snapshot.
 *
 * <p>A new family is one entry of {@link #FAMILIES}.
 */
record RuleMetrics(TargetCertificates certificates) {
  static MultiCollector of(RulesInForce rules, TargetCertificates certificates) {
    RuleMetrics metrics = new RuleMetrics(certificates);
    return RuleFamily.collector(
        rules, Stream.concat(FAMILIES.stream(), metrics.ofCertificates().stream()).toList());
  }

  private static final List<RuleFamily> FAMILIES =
      List.of(
          RuleFamily.gauge(
              "detour_config_rules",
              "Rules in force.",
              List.of(),
              (rules, series) -> series.add(rules.rules().rules().size())),
          RuleFamily.counter(
              "detour_rule_matches",
              "Requests that a rule decided since it has its action and mode.",
              List.of("rule", "action", "mode"),
              RuleFamily.ofEachRule(
                  (rules, rule, series) ->
                      series.add(
                          rules.matches(rule),
                          rule.name(),
                          Fields.wordOf(rule.action()),
                          Fields.wordOf(rule.mode())))),
          RuleFamily.gauge(
              "detour_rule_last_match_timestamp_seconds",
              "When a rule last decided a request, in seconds since 1970; 0 if it has not since the"
                  + " start.",
              List.of("rule"),
              RuleFamily.ofEachRule(
                  (rules, rule, series) ->
                      series.add(rules.use(rule).lastMatchSecond(), rule.name()))),
          RuleFamily.counter(
              "detour_rule_bytes",
              "Bytes delivered by tunnels and plain HTTP requests that a rule decided and that have"
                  + " ended.",
              List.of("rule", "direction"),
              RuleFamily.ofEachRule(RuleMetrics::bytes)),
          RuleFamily.gauge(
              "detour_rule_expiry_timestamp_seconds",
              "When the last day of a rule is over, in seconds since 1970; rules without an end"
                  + " have none.",
              List.of("rule"),
              RuleFamily.ofEachRule(RuleMetrics::expiry)),
          RuleFamily.counter(
              "detour_rule_target_connects",
              "Dials to a target of a rule, which is its number from 0, or asked for the asked"
                  + " host.",
              List.of("rule", "target", "result"),
              RuleFamily.ofEachRule(RuleMetrics::targetConnects)),
          RuleFamily.counter(
              "detour_rule_fallbacks",
              "Failures of a target after which the next one was tried, by the error type of RFC"
                  + " 9209.",
              List.of("rule", "error"),
              RuleFamily.ofEachRule(RuleMetrics::fallbacks)),
          RuleFamily.counter(
              "detour_rule_suspected_tls_refusals",
              "Rewritten tunnels that ended as if the client had refused the target's certificate.",
              List.of("rule"),
              RuleFamily.ofEachRule(RuleMetrics::tlsRefusals)),
          RuleFamily.counter(
              "detour_unmatched_legacy_requests",
              "Requests for a host with a legacy suffix or in a legacy network that no rule"
                  + " decided.",
              List.of("suffix"),
              RuleMetrics::unmatched));

  /** Of the certificates that have been seen. */
  private List<RuleFamily> ofCertificates() {
    List<String> target = List.of("rule", "target");
    return List.of(
        RuleFamily.gauge(
            "detour_rule_target_certificate_expiry_timestamp_seconds",
            "When the certificate of a target ends, in seconds since 1970; of several the first.",
            target,
            ofEachTarget(CertificateFinding::notAfter)),
        RuleFamily.gauge(
            "detour_rule_target_certificate_covers_legacy_name",
            "1 when the certificate of a target is for every legacy name that was looked at, else"
                + " 0.",
            target,
            ofEachTarget(
                known ->
                    known.coversLegacyName() == null ? null : known.coversLegacyName() ? 1L : 0L)),
        RuleFamily.counter(
            "detour_certificate_checks",
            "Certificates of targets that were looked at for a legacy name, by what came of it.",
            List.of("result"),
            this::checks));
  }

  /** One series for each target of which the value is known. */
  private RuleFamily.Source ofEachTarget(Function<CertificateFinding, @Nullable Long> value) {
    return RuleFamily.ofEachRule(
        (current, rule, series) -> {
          if (rule.outcome() instanceof Outcome.Rewrite rewrite) {
            for (int target = 0; target < rewrite.targets().size(); target++) {
              CertificateFinding known = certificates.of(rule.name(), target);
              Long number = known == null ? null : value.apply(known);
              if (number != null) {
                series.add(number, rule.name(), Integer.toString(target));
              }
            }
          }
        });
  }

  private void checks(RuleSnapshot current, RuleFamily.Series series) {
    for (CertificateFinding.Result result : CertificateFinding.Result.values()) {
      series.add(certificates.checks(result), Fields.wordOf(result));
    }
  }

  private static void expiry(RuleSnapshot rules, Rule rule, RuleFamily.Series series) {
    Expiry expiry = rule.lifetime().expiry();
    if (expiry != null) {
      series.add(expiry.endEpochSecond(), rule.name());
    }
  }

  private static void targetConnects(RuleSnapshot rules, Rule rule, RuleFamily.Series series) {
    if (rule.outcome() instanceof Outcome.Rewrite rewrite) {
      TargetUse use = rules.use(rule).targetsSoFar();
      rewrite
          .hops()
          .forEach(
              target -> {
                String name = target == Hop.ASKED ? "asked" : Integer.toString(target);
                series.add(use.connects(target), rule.name(), name, "success");
                series.add(use.failures(target), rule.name(), name, "failure");
              });
    }
  }

  private static void fallbacks(RuleSnapshot rules, Rule rule, RuleFamily.Series series) {
    if (rule.outcome() instanceof Outcome.Rewrite rewrite
        && (rewrite.targets().size() > 1 || rewrite.fallback().when() == When.ON_FAILURE)) {
      for (FallbackError error : rewrite.fallback().on()) {
        series.add(rules.use(rule).targetsSoFar().fallbacks(error), rule.name(), error.token());
      }
    }
  }

  private static void tlsRefusals(RuleSnapshot rules, Rule rule, RuleFamily.Series series) {
    if (rule.outcome() instanceof Outcome.Rewrite) {
      series.add(rules.use(rule).suspectedTlsRefusals(), rule.name());
    }
  }

  private static void unmatched(RuleSnapshot rules, RuleFamily.Series series) {
    for (LegacyZone zone : rules.rules().legacyZones().all()) {
      series.add(rules.unmatched(zone), zone.text());
    }
  }

  private static void bytes(RuleSnapshot rules, Rule rule, RuleFamily.Series series) {
    for (Direction direction : Direction.values()) {
      series.add(rules.use(rule).bytes(direction), rule.name(), Fields.wordOf(direction));
    }
  }
}
