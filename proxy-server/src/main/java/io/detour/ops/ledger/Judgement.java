package io.detour.ops.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A verdict with its reasons. Times are seconds since 1970.
 *
 * <p>With {@code W} for now less the asked time, the first line that holds decides:
 *
 * <ol>
 *   <li>The last use is at {@code W} or later, be it in the future: in use.
 *   <li>There is no gap in the observation from {@code W} or before until now, and no observation
 *       lies in the future: safe to remove. A gap counts if it is longer than {@link
 *       Observation#GAP_SECONDS}, also the one until now, and an observation lies in the future if
 *       it does so by more than that.
 *   <li>There was a use, and some observation between {@code W} and now: quiet.
 *   <li>Otherwise: unknown.
 * </ol>
 *
 * @param verdict what is said
 * @param quietSince when a rule that is quiet or safe to remove was used last, or if it never was
 *     since when it has been observed; else null
 * @param observedSince since when it has been observed without a gap, or null if it is not
 * @param observedSeconds for how long it was observed of the time that was asked about
 */
record Judgement(
    Verdict verdict,
    @Nullable Long quietSince,
    @Nullable Long observedSince,
    long observedSeconds) {

  /**
   * Judges a rule.
   *
   * @param lastSeen its last use, or null
   * @param seconds the time that was asked about
   */
  static Judgement of(@Nullable Long lastSeen, Observation observed, long now, long seconds) {
    long from = now - seconds;
    long since = observed.since(now);
    Long observedSince = since == Long.MIN_VALUE ? null : Long.valueOf(since);
    long observedSeconds = observed.seconds(from, now);
    if (lastSeen != null && lastSeen >= from) {
      return new Judgement(Verdict.IN_USE, null, observedSince, observedSeconds);
    }
    if (observed.covers(from, now) && !observed.isBeyond(now)) {
      return new Judgement(
          Verdict.SAFE_TO_REMOVE,
          lastSeen == null ? observedSince : lastSeen,
          observedSince,
          observedSeconds);
    }
    if (lastSeen != null && observedSeconds > 0) {
      return new Judgement(Verdict.QUIET, lastSeen, observedSince, observedSeconds);
    }
    return new Judgement(Verdict.UNKNOWN, null, observedSince, observedSeconds);
  }
}
