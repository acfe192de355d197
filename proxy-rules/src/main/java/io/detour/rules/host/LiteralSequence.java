package io.detour.rules.host;

import java.util.List;

/**
 * Texts that stand in a host one behind the other, with anything between them. Immutable.
 *
 * @param literals not empty themselves; an empty list stands for any host
 * @param fromStart whether the host begins with the first one
 * @param toEnd whether the host ends with the last one
 * @param whole whether the one text there is, is the host
 */
record LiteralSequence(List<String> literals, boolean fromStart, boolean toEnd, boolean whole) {
  /** Any host. */
  static final LiteralSequence ANYTHING = new LiteralSequence(List.of(), false, false, false);

  LiteralSequence {
    literals = List.copyOf(literals);
  }

  /** Whether a host has these texts in this order without overlap. */
  boolean standIn(String host) {
    if (whole) {
      return host.equals(literals.getFirst());
    }
    int first = 0;
    int last = literals.size();
    int from = 0;
    int end = host.length();
    if (fromStart) {
      String head = literals.get(first++);
      if (!host.startsWith(head)) {
        return false;
      }
      from = head.length();
    }
    if (toEnd && first < last) {
      String tail = literals.get(--last);
      end -= tail.length();
      if (end < from || !host.endsWith(tail)) {
        return false;
      }
    }
    for (int i = first; i < last; i++) {
      int found = host.indexOf(literals.get(i), from, end);
      if (found < 0) {
        return false;
      }
      from = found + literals.get(i).length();
    }
    return true;
  }

  /** What the host ends with, or an empty text if that may be anything. */
  String tail() {
    return toEnd ? literals.getLast() : "";
  }
}
