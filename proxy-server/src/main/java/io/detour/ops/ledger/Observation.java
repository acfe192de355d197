package io.detour.ops.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * When a rule was in force in a running Detour. With several of them it was observed when it was so
 * in any. Immutable. Times are seconds since 1970.
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
