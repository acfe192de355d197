package io.detour.ops.metrics;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.document.Fields;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The series of certificates of targets, made when somebody scrapes: of those that have been seen,
 * and of rules in force.
 */
record CertificateMetrics(TargetCertificates certificates) {
  private static final List<String> TARGET = List.of("rule", "target");

  static MultiCollector of(RulesInForce rules, TargetCertificates certificates) {
    return RuleFamily.collector(rules, new CertificateMetrics(certificates).families());
  }

  private List<RuleFamily> families() {
    return List.of(
        RuleFamily.gauge(
            "detour_rule_target_certificate_expiry_timestamp_seconds",
            "When the certificate of a target ends, in seconds since 1970; of several the first.",
            TARGET,
            ofEachTarget(CertificateFinding::notAfter)),
        RuleFamily.gauge(
            "detour_rule_target_certificate_covers_legacy_name",
            "1 when the certificate of a target is for every legacy name that was looked at, else"
                + " 0.",
            TARGET,
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
            rewrite
                .hops()
                .filter(hop -> hop != Hop.ASKED)
                .forEach(hop -> add(rule, hop, value, series));
          }
        });
  }

  private void add(
      Rule rule,
      int target,
      Function<CertificateFinding, @Nullable Long> value,
      RuleFamily.Series series) {
    CertificateFinding known = certificates.of(rule.name(), target);
    Long number = known == null ? null : value.apply(known);
    if (number != null) {
      series.add(number, rule.name(), Integer.toString(target));
    }
  }

  private void checks(RuleSnapshot current, RuleFamily.Series series) {
    for (CertificateFinding.Result result : CertificateFinding.Result.values()) {
      series.add(certificates.checks(result), Fields.wordOf(result));
    }
  }
}
