package io.detour.ops.ledger;

import io.detour.ops.certificates.TargetCertificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last look at the certificate of a rule's target found. Times are seconds since 1970.
 *
 * @param rule the name of the rule
 * @param target as the rule file has it
 * @param checked when it was looked at
 * @param notAfter when it runs out, or null if none was seen
 * @param coversLegacyName whether it is for the legacy name too, or null if that is not known
 * @param problem what is wrong beside that, or null
 */
public record StoredCertificate(
    String rule,
    String target,
    long checked,
    @Nullable Long notAfter,
    @Nullable Boolean coversLegacyName,
    @Nullable String problem) {
  /** What the certificate watch has learnt, in the ledger's terms. */
  public static StoredCertificate of(TargetCertificate learnt) {
    Instant notAfter = learnt.notAfter();
    return new StoredCertificate(
        learnt.rule(),
        learnt.to(),
        learnt.checkedAt().getEpochSecond(),
        notAfter == null ? null : notAfter.getEpochSecond(),
        learnt.coversLegacyName(),
        learnt.problem());
  }
}
