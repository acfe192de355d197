package io.detour.ops.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Since when which rules are in force here, and what of it the database lacks. Any thread. */
final class RuleSpans {
  /** The start of the span of each rule that is in force. */
  private final Map<String, Long> inForce = new HashMap<>();

  /** What is to be written, by rule and start. */
  private final Map<SpanKey, Span> unwritten = new LinkedHashMap<>();

  private record SpanKey(String rule, long start) {}

  /** When a rule was in force, in seconds since 1970; the end is null while the run goes on. */
  record Span(String rule, long start, @Nullable Long end) {
    /** The part that is not before a time, or null if there is none. */
    @Nullable Span from(long epochSecond) {
      if (start >= epochSecond) {
        return this;
      }
      return end != null && end <= epochSecond ? null : new Span(rule, epochSecond, end);
    }
  }

  /** Lets these rules, and no others, be in force from a time on. */
  synchronized void replace(List<String> names, long epochSecond) {
    Set<String> now = new HashSet<>(names);
    inForce
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !now.contains(entry.getKey());
              if (gone) {
                put(new Span(entry.getKey(), entry.getValue(), epochSecond));
              }
              return gone;
            });
    for (String name : now) {
      if (inForce.putIfAbsent(name, epochSecond) == null) {
        put(new Span(name, epochSecond, null));
      }
    }
  }

  private void put(Span span) {
    unwritten.put(new SpanKey(span.rule(), span.start()), span);
  }

  /** What the database lacks; it counts as written from now on. */
  synchronized List<Span> take() {
    List<Span> taken = new ArrayList<>(unwritten.values());
    unwritten.clear();
    return taken;
  }

  /** Whether the database lacks anything. */
  synchronized boolean hasNews() {
    return !unwritten.isEmpty();
  }

  /** The spans of all rules in force, for a run that the database does not know. */
  synchronized List<Span> all() {
    List<Span> all = new ArrayList<>();
    inForce.forEach((rule, start) -> all.add(new Span(rule, start, null)));
    return all;
  }
}
