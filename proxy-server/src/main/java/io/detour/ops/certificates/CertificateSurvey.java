package io.detour.ops.certificates;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a browser that asks for legacy names would take the targets' certificates. Immutable.
 *
 * @param probes how many targets were to be tried out, each once for each legacy name
 * @param unfinished how many of them were not in time
 * @param flaws in the order of the rules
 * @param untested rules that rewrite but cannot be tried out, or not for all of their hosts
 */
public record CertificateSurvey(
    int probes, int unfinished, List<Flaw> flaws, List<Untested> untested) {
  public CertificateSurvey {
    flaws = List.copyOf(flaws);
    untested = List.copyOf(untested);
  }

  /** One thing that is wrong with one target of a rule. */
  public record Flaw(CertificateFinding.Kind kind, Rule rule, Probe probe, String message) {
    /** As findings of lint are written: {@code rules.yaml:14:5: warning: …}. */
    @Override
    public String toString() {
      String place = Printable.escaped(rule.file()) + ':' + rule.line() + ':' + rule.column();
      return place + ": warning: " + message;
    }
  }

  /** A rule that was not tried out; why not, as half a sentence. */
  public record Untested(Rule rule, String reason) {}

  /** Tries out the targets of every enforced rule that rewrites exact hosts and has not ended. */
  public static CertificateSurvey of(List<Rule> rules, Instant now, Prober prober, Duration limit)
      throws InterruptedException {
    CertificatePlan plan = CertificatePlan.of(rules, now);
    List<Probe> probes =
        plan.trials().stream().map(CertificatePlan.Trial::probe).distinct().toList();
    Map<Probe, ProbeReport> reports = prober.probeAll(probes, limit);
    List<Flaw> flaws = new ArrayList<>();
    for (CertificatePlan.Trial trial : plan.trials()) {
      ProbeReport report = reports.get(trial.probe());
      if (report != null) {
        for (CertificateFinding.Flaw flaw : CertificateFinding.flaws(report)) {
          flaws.add(new Flaw(flaw.kind(), trial.rule(), trial.probe(), flaw.message()));
        }
      }
    }
    return new CertificateSurvey(
        probes.size(), probes.size() - reports.size(), flaws, plan.untested());
  }

  /** Whether everything was tried out in time and nothing is wrong. */
  public boolean isGood() {
    return flaws.isEmpty() && unfinished == 0;
  }
}
