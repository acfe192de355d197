package io.detour.ops.ledger;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a rule is still needed, and why. Times are seconds since 1970.
 *
 * <p>With {@code W} for the begin of the time of a query, the first line that holds decides:
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
 * @param quietSince when a rule that is quiet or safe to remove was used last, or if it never was
 *     since when it has been observed; else null
 * @param observedSince since when it has been observed without a gap, or null if it is not
 * @param observedSeconds for how long it was observed of the time of the query
 */
public record Judgement(
    Verdict verdict,
    @Nullable Long quietSince,
    @Nullable Long observedSince,
    long observedSeconds) {
  private static final long DAY_SECONDS = 86_400;

  /** What the ledger says about a rule, for the time of a query. */
  public enum Verdict {
    /** It was used in that time. */
    IN_USE,
    /** It was used before, not in that time, and was observed for a part of it. */
    QUIET,
    /** It was not used in that time, and was observed for all of it. */
    SAFE_TO_REMOVE,
    /** It was never used, or not observed at all, and not observed for all of that time. */
    UNKNOWN;

    /** As scripts have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Judges a rule.
   *
   * @param lastSeen its last use, or null
   * @param seconds the time of the query
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

  /** Whether nobody seems to need the rule. */
  boolean isUnused() {
    return switch (verdict) {
      case QUIET, SAFE_TO_REMOVE -> true;
      case IN_USE, UNKNOWN -> false;
    };
  }

  /** Days with one place behind the point, rounded down: 29.9 are not 30. */
  double observedDays() {
    return Math.floorDiv(observedSeconds * 10, DAY_SECONDS) / 10.0;
  }
}
