package io.detour.ops.ledger;

import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a report is about.
 *
 * @param since how far back a rule must not have been used to be quiet; whole seconds, at least one
 * @param now the end of that time
 * @param unusedOnly only rules that are quiet or safe to remove, and their rows
 * @param rules the rules in force in their order, or null if they are not known
 */
public record ReportQuery(
    Duration since, Instant now, boolean unusedOnly, @Nullable List<KnownRule> rules) {
  public static final Duration DEFAULT_SINCE = Duration.ofDays(30);

  /** How far back anything can be known. */
  public static final Duration MAX_SINCE = LedgerOptions.MAX_RETENTION;

  /**
   * @throws IllegalArgumentException if the time is too short
   */
  public ReportQuery {
    if (since.toSeconds() < 1) {
      throw new IllegalArgumentException("since: " + since + " (expected: 1s or more)");
    }
    rules = rules == null ? null : List.copyOf(rules);
  }

  long nowSecond() {
    return now.getEpochSecond();
  }

  /** When the time begins. */
  long fromSecond() {
    return nowSecond() - since.toSeconds();
  }

  /** A rule of the rule files; the targets are as written there, or null if they are not known. */
  public record KnownRule(
      String name, @Nullable String owner, @Nullable String ticket, @Nullable Set<String> targets) {
    public KnownRule {
      targets = targets == null ? null : Set.copyOf(targets);
    }

    /** A rule of which only the name is known. */
    static KnownRule named(String name) {
      return new KnownRule(name, null, null, null);
    }

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
}
