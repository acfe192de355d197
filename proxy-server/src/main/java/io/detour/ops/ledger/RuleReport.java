package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says about a rule. Times are seconds since 1970.
 *
 * @param name its name
 * @param owner who answers for it, or null
 * @param ticket where it was agreed, or null
 * @param inForce whether it is among the rules, or null if they are not known
 * @param verdict whether it is still used
 * @param quietSince see {@link Verdict}: when a rule that is quiet or safe to remove was used last,
 *     or if it never was since when it has been observed; else null
 * @param observedSince since when it has been in force without a gap, or null if it is not
 * @param observedSeconds for how long it was in force of the time that was asked about
 * @param firstSeen its first use, or null
 * @param lastSeen its last use, or null
 * @param requests all that are counted
 * @param upstreamBytes of tunnels and requests that have ended
 * @param downstreamBytes the same the other way
 * @param hosts legacy names that are not folded
 * @param clients clients that are not folded
 * @param certificate the worst of its targets, or null if none was checked
 */
public record RuleReport(
    String name,
    @Nullable String owner,
    @Nullable String ticket,
    @Nullable Boolean inForce,
    Verdict verdict,
    @Nullable Long quietSince,
    @Nullable Long observedSince,
    long observedSeconds,
    @Nullable Long firstSeen,
    @Nullable Long lastSeen,
    long requests,
    long upstreamBytes,
    long downstreamBytes,
    long hosts,
    long clients,
    @Nullable CertificateFinding certificate) {
  /** Whether nobody seems to need it. */
  public boolean isUnused() {
    return switch (verdict) {
      case QUIET, SAFE_TO_REMOVE -> true;
      case IN_USE, UNKNOWN -> false;
    };
  }
}
