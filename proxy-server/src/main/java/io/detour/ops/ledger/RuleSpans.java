package io.detour.ops.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Since when which rules are in force in this process, and what of it the database lacks. Any
 * thread.
 */
final class RuleSpans {
  /** The start of the span of each rule that is in force. */
  private final Map<String, Long> inForce = new HashMap<>();

  /** What is to be written, by rule and start. */
  private final Map<SpanKey, RuleSpan> unwritten = new LinkedHashMap<>();

  private record SpanKey(String rule, long start) {}

  /** Lets these rules, and no others, be in force from a time on. */
  synchronized void replace(List<String> names, long epochSecond) {
    Set<String> now = new HashSet<>(names);
    inForce
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !now.contains(entry.getKey());
              if (gone) {
                put(new RuleSpan(entry.getKey(), entry.getValue(), epochSecond));
              }
              return gone;
            });
    for (String name : now) {
      if (inForce.putIfAbsent(name, epochSecond) == null) {
        put(new RuleSpan(name, epochSecond, null));
      }
    }
  }

  private void put(RuleSpan span) {
    unwritten.put(new SpanKey(span.rule(), span.start()), span);
  }

  /** What the database lacks; it counts as written from now on. */
  synchronized List<RuleSpan> take() {
    List<RuleSpan> taken = new ArrayList<>(unwritten.values());
    unwritten.clear();
    return taken;
  }

  /** Whether the database lacks anything. */
  synchronized boolean hasNews() {
    return !unwritten.isEmpty();
  }

  /** The spans of all rules in force, for a run that the database does not know. */
  synchronized List<RuleSpan> all() {
    List<RuleSpan> all = new ArrayList<>();
    inForce.forEach((rule, start) -> all.add(new RuleSpan(rule, start, null)));
    return all;
  }
}
