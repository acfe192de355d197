package io.detour.ops.metrics;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The series of certificates of targets, made when somebody scrapes: of those that have been seen,
 * and of rules in force.
 */
final class CertificateMetrics implements MultiCollector {
  private final RulesInForce rules;
  private final TargetCertificates certificates;
  private final List<RuleFamily> families;

  CertificateMetrics(RulesInForce rules, TargetCertificates certificates) {
    this.rules = rules;
    this.certificates = certificates;
    List<String> labels = List.of("rule", "target");
    families =
        List.of(
            RuleFamily.gauge(
                "detour_rule_target_certificate_expiry_timestamp_seconds",
                "When the certificate of a target ends, in seconds since 1970; of several the"
                    + " first.",
                labels,
                RuleFamily.ofEachRule(this::expiry)),
            RuleFamily.gauge(
                "detour_rule_target_certificate_covers_legacy_name",
                "1 when the certificate of a target is for every legacy name that was looked at,"
                    + " else 0.",
                labels,
                RuleFamily.ofEachRule(this::coverage)),
            RuleFamily.counter(
                "detour_certificate_checks",
                "Certificates of targets that were looked at for a legacy name, by what came of"
                    + " it.",
                List.of("result"),
                this::checks));
  }

  @Override
  public MetricSnapshots collect() {
    RuleSnapshot current = rules.current();
    return new MetricSnapshots(families.stream().map(family -> family.snapshot(current)).toList());
  }

  @Override
  public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
    return families.stream().map(RuleFamily::description).toList();
  }

  private void expiry(RuleSnapshot current, Rule rule, RuleFamily.Series series) {
    add(rule, series, CertificateFinding::notAfter);
  }

  private void coverage(RuleSnapshot current, Rule rule, RuleFamily.Series series) {
    add(
        rule,
        series,
        known -> known.coversLegacyName() == null ? null : known.coversLegacyName() ? 1L : 0L);
  }

  /** One series for each target of which something is known. */
  private void add(
      Rule rule, RuleFamily.Series series, Function<CertificateFinding, @Nullable Long> value) {
    if (rule.outcome() instanceof Outcome.Rewrite rewrite) {
      rewrite
          .hops()
          .filter(hop -> hop != Hop.ASKED)
          .forEach(
              hop -> {
                CertificateFinding known = certificates.of(rule.name(), hop);
                Long number = known == null ? null : value.apply(known);
                if (number != null) {
                  series.add(number, rule.name(), Integer.toString(hop));
                }
              });
    }
  }

  private void checks(RuleSnapshot current, RuleFamily.Series series) {
    for (CertificateFinding.Result result : CertificateFinding.Result.values()) {
      series.add(certificates.checks(result), result.label());
    }
  }
}
