package io.detour.ops.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    /** Whether nobody seems to need the rule. */
    boolean isUnused() {
      return this == QUIET || this == SAFE_TO_REMOVE;
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
    Verdict verdict;
    if (lastSeen != null && lastSeen >= from) {
      verdict = Verdict.IN_USE;
    } else if (observed.covers(from, now) && !observed.isBeyond(now)) {
      verdict = Verdict.SAFE_TO_REMOVE;
    } else {
      verdict = lastSeen != null && observedSeconds > 0 ? Verdict.QUIET : Verdict.UNKNOWN;
    }
    Long unusedSince = lastSeen == null ? observedSince : lastSeen;
    return new Judgement(
        verdict, verdict.isUnused() ? unusedSince : null, observedSince, observedSeconds);
  }

  /** Days with one place behind the point, rounded down: 29.9 are not 30. */
  double observedDays() {
    return Math.floorDiv(observedSeconds * 10, DAY_SECONDS) / 10.0;
  }

  /**
   * When a rule was in force in a running Detour. With several of them it was observed when it was
   * so in any. Immutable. Times are seconds since 1970.
   *
   * @param spans in the order of their starts, with more than {@link #GAP_SECONDS} between two
   */
  record Observation(List<Span> spans) {
    /** A gap of up to five minutes, such as a restart, does not interrupt. */
    static final long GAP_SECONDS = 300;

    /** Never. */
    static final Observation NONE = new Observation(List.of());

    /**
     * A time without a gap.
     *
     * @param start its first second
     * @param end its last second
     */
    record Span(long start, long end) {}

    Observation {
      spans = List.copyOf(spans);
    }

    /** The union of spans in any order. One that ends before it begins counts for nothing. */
    static Observation of(List<Span> spans) {
      List<Span> joined = new ArrayList<>();
      List<Span> ordered =
          spans.stream()
              .filter(span -> span.end >= span.start)
              .sorted(Comparator.comparingLong(Span::start))
              .toList();
      for (Span span : ordered) {
        Span last = joined.isEmpty() ? null : joined.getLast();
        if (last != null && span.start - last.end <= GAP_SECONDS) {
          joined.set(joined.size() - 1, new Span(last.start, Math.max(last.end, span.end)));
        } else {
          joined.add(span);
        }
      }
      return new Observation(joined);
    }

    /** Whether a span goes on beyond a time by more than a gap: then some clock is or was wrong. */
    boolean isBeyond(long now) {
      return !spans.isEmpty() && spans.getLast().end - now > GAP_SECONDS;
    }

    /** Whether there is no gap from one time to another. */
    boolean covers(long from, long to) {
      return spans.stream().anyMatch(span -> span.start <= from && to - span.end <= GAP_SECONDS);
    }

    /** For how many seconds between two times. */
    long seconds(long from, long to) {
      return spans.stream()
          .mapToLong(span -> Math.max(0, Math.min(to, span.end) - Math.max(from, span.start)))
          .sum();
    }

    /** Since when without a gap until a time; {@link Long#MIN_VALUE} if not until then. */
    long since(long now) {
      return spans.stream()
          .filter(span -> span.start <= now && now - span.end <= GAP_SECONDS)
          .mapToLong(Span::start)
          .findFirst()
          .orElse(Long.MIN_VALUE);
    }
  }
}
