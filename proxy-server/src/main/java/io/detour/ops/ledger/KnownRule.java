package io.detour.ops.ledger;

import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rule of the rule files, as far as a report is about it.
 *
 * @param name its name
 * @param owner who answers for it, or null
 * @param ticket where it was agreed, or null
 * @param targets where it leads, as the rule file has it, or null if that is not known
 */
public record KnownRule(
    String name, @Nullable String owner, @Nullable String ticket, @Nullable Set<String> targets) {
  /** Copies the set. */
  public KnownRule {
    targets = targets == null ? null : Set.copyOf(targets);
  }

  /** Of which no more is known. */
  static KnownRule named(String name) {
    return new KnownRule(name, null, null, null);
  }

  /** What a report needs of a rule. */
  public static KnownRule of(Rule rule) {
    Set<String> targets =
        rule.outcome() instanceof Outcome.Rewrite rewrite
            ? rewrite.targets().stream().map(Object::toString).collect(Collectors.toSet())
            : Set.of();
    return new KnownRule(rule.name(), rule.notes().owner(), rule.notes().ticket(), targets);
  }

  /** Whether it may still lead to a target. */
  boolean leadsTo(String target) {
    return targets == null || targets.contains(target);
  }
}
