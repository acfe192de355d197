package io.detour.rules.lint;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import io.detour.rules.document.Node.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects findings. For one thread. */
final class Findings {
  /** Most findings of a kind: a million rules without a test must not fill the terminal. */
  static final int MAX_OF_A_KIND = 1000;

  /** Rules that a message names. */
  private static final int NAMED = 3;

  private final List<Finding> all = new ArrayList<>();
  private final Map<Code, Integer> counts = new EnumMap<>(Code.class);

  /** Adds what is said about a rule, with the places of others that the message names. */
  void add(Code code, Rule rule, String message, List<Rule> related) {
    if (counts.merge(code, 1, Integer::sum) <= MAX_OF_A_KIND) {
      all.add(
          new Finding(
              code,
              rule.name(),
              rule.file(),
              rule.line(),
              rule.column(),
              message,
              related.stream().limit(NAMED).map(Rule::position).toList()));
    }
  }

  void add(Code code, Rule rule, String message) {
    add(code, rule, message, List.of());
  }

  void add(Code code, String file, Location at, String message) {
    if (counts.merge(code, 1, Integer::sum) <= MAX_OF_A_KIND) {
      all.add(new Finding(code, null, file, at.line(), at.column(), message, List.of()));
    }
  }

  /** {@code "old-zone" at rules.yaml:6}. */
  static String named(Rule rule) {
    return '"' + rule.name() + "\" at " + Printable.escaped(rule.position().toString());
  }

  /** The rules with their places, the first few of them. */
  static String named(List<Rule> rules) {
    return some(rules.stream().limit(NAMED).map(Findings::named).toList(), rules.size());
  }

  /** Texts, the first few of them: {@code a, b, c and 7 more}. */
  static String some(List<String> texts) {
    return some(texts.stream().limit(NAMED).toList(), texts.size());
  }

  private static String some(List<String> named, int number) {
    if (number > named.size()) {
      return String.join(", ", named) + " and " + (number - named.size()) + " more";
    }
    String last = named.getLast();
    return named.size() == 1
        ? last
        : String.join(", ", named.subList(0, named.size() - 1)) + " and " + last;
  }

  List<Finding> inOrder(List<String> files) {
    Map<String, Integer> places = new HashMap<>();
    files.forEach(file -> places.putIfAbsent(file, places.size()));
    List<Finding> ordered = new ArrayList<>(all);
    ordered.sort(
        Comparator.comparingInt((Finding finding) -> places.getOrDefault(finding.file(), 0))
            .thenComparingInt(Finding::line)
            .thenComparingInt(Finding::column));
    counts.forEach(
        (code, count) -> {
          if (count > MAX_OF_A_KIND) {
            String message =
                (count - MAX_OF_A_KIND) + " further findings " + code + " are not shown";
            ordered.add(
                new Finding(code, null, ordered.getFirst().file(), 0, 0, message, List.of()));
          }
        });
    return ordered;
  }
}
