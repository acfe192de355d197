package io.detour.server.decide;

import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is different between two rule sets. Where a rule stands in its file makes no difference.
 *
 * @param added names that only the second set has, in its order
 * @param removed names that only the first set has, in its order
 * @param changed names of rules that say something else, in the order of the second set
 * @param reordered whether rules that are in both sets stand in another order
 * @param defaults whether what holds for hosts that no rule matches is different, the legacy zones
 *     included
 */
record RuleChanges(
    List<String> added,
    List<String> removed,
    List<String> changed,
    boolean reordered,
    boolean defaults) {
  /** Names that a line shows of each kind. */
  private static final int SHOWN = 10;

  static RuleChanges between(RuleSet before, RuleSet after) {
    Map<String, Rule> old = HashMap.newHashMap(before.rules().size());
    before.rules().forEach(rule -> old.put(rule.name(), rule));
    List<String> added = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    boolean reordered = false;
    int last = -1;
    for (Rule rule : after.rules()) {
      Rule was = old.remove(rule.name());
      if (was == null) {
        added.add(rule.name());
        continue;
      }
      if (!was.saysTheSame(rule)) {
        changed.add(rule.name());
      }
      reordered |= was.index() < last;
      last = was.index();
    }
    List<String> removed =
        before.rules().stream().map(Rule::name).filter(old::containsKey).toList();
    boolean defaults =
        before.unmatched() != after.unmatched()
            || !before.legacyZones().all().equals(after.legacyZones().all());
    return new RuleChanges(added, removed, changed, reordered, defaults);
  }

  boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty() && changed.isEmpty() && !reordered && !defaults;
  }

  /** {@code 2 added (a, b), 1 removed (c), order changed}; {@code unchanged} if nothing is. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    describe(parts, added, "added");
    describe(parts, removed, "removed");
    describe(parts, changed, "changed");
    if (reordered) {
      parts.add("order changed");
    }
    if (defaults) {
      parts.add("defaults changed");
    }
    return parts.isEmpty() ? "unchanged" : String.join(", ", parts);
  }

  private static void describe(List<String> parts, List<String> names, String what) {
    if (!names.isEmpty()) {
      String shown = String.join(", ", names.subList(0, Math.min(names.size(), SHOWN)));
      String more = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
      parts.add(names.size() + " " + what + " (" + shown + more + ")");
    }
  }
}
