package io.detour.ops.certificates;

import io.detour.rules.Outcome;
import io.detour.rules.Rule;

/**
 * One handshake that is to be repeated: with a target of a rule, for a legacy name. Equal as long
 * as a change of the rules makes no difference to it.
 *
 * @param place the target
 * @param to the target as the rule file has it
 * @param probe does it
 */
record Check(TargetCertificates.Place place, String to, Probe probe) {
  static Check of(CertificatePlan.Trial trial) {
    Rule rule = trial.rule();
    return new Check(
        new TargetCertificates.Place(rule.name(), trial.target()),
        ((Outcome.Rewrite) rule.outcome()).targets().get(trial.target()).toString(),
        trial.probe());
  }
}
