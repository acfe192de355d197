package io.detour.rules;

import io.detour.core.Host;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All rules of a running Detour: an immutable snapshot, to be shared between threads and replaced
 * as a whole.
 */
public final class RuleSet {
  private static final Decision UNMATCHED = new Decision.Unmatched();
  private static final Decision UNLISTED = new Decision.Unlisted();
  private static final RuleSet EMPTY = of(List.of(), UnmatchedPolicy.PASS);

  private final List<Rule> rules;
  private final UnmatchedPolicy unmatched;
  private final LegacyZones legacyZones;
  private final RuleIndex index;

  private RuleSet(List<Rule> rules, UnmatchedPolicy unmatched, LegacyZones legacyZones) {
    this.rules = List.copyOf(rules);
    this.unmatched = unmatched;
    this.legacyZones = legacyZones;
    this.index = new RuleIndex(this.rules);
  }

  public static RuleSet empty() {
    return EMPTY;
  }

  /** These rules as a snapshot, without legacy zones. */
  public static RuleSet of(List<Rule> rules, UnmatchedPolicy unmatched) {
    return of(rules, unmatched, LegacyZones.NONE);
  }

  /**
   * These rules as a snapshot.
   *
   * @param legacyZones what is reported when no rule matches
   * @throws IllegalArgumentException if a rule's index is not its place in the list
   */
  public static RuleSet of(List<Rule> rules, UnmatchedPolicy unmatched, LegacyZones legacyZones) {
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      if (rule.index() != i) {
        throw new IllegalArgumentException(
            "index of rule " + rule.name() + ": " + rule.index() + " (expected: " + i + ")");
      }
    }
    return new RuleSet(rules, unmatched, legacyZones);
  }

  /**
   * The same rules, none of which goes further than a mode; below {@link Mode#ENFORCE}, hosts that
   * no rule matches are passed too.
   */
  public RuleSet atMost(Mode limit) {
    return limit == Mode.ENFORCE
        ? this
        : new RuleSet(
            rules.stream().map(rule -> rule.atMost(limit)).toList(),
            UnmatchedPolicy.PASS,
            legacyZones);
  }

  /** The rules in order; a rule's index is its place in this list. */
  public List<Rule> rules() {
    return rules;
  }

  /** What happens to a host that no rule matches. */
  public UnmatchedPolicy unmatched() {
    return unmatched;
  }

  /** What is reported when no rule matches. */
  public LegacyZones legacyZones() {
    return legacyZones;
  }

  /**
   * What to do with a request: the first rule that takes it decides. Allocates nothing, unless an
   * expression is tried, or a rule has expired or is in a brownout.
   */
  public Decision decide(Request request) {
    Decision.Ruled ruled = index.first(request);
    if (ruled == null) {
      return switch (unmatched) {
        case PASS -> UNMATCHED;
        case REJECT -> UNLISTED;
      };
    }
    return ruled.rule().lifetime().isAlways() ? ruled : today(ruled, request.epochSecond());
  }

  /** The decision of the first wanted rule by an expression, whatever its conditions; or null. */
  public Decision.@Nullable Ruled firstByExpression(Host host, Predicate<Rule> wanted) {
    return index.firstByExpression(host, wanted);
  }

  /** The same decision as {@link #decide}, by the same way, with what led to it. */
  public Explanation explain(Request request) {
    Decision decision = decide(request);
    Rule decisive = decision.rule();
    int end = decisive == null ? rules.size() : decisive.index();
    List<Explanation.Skipped> skipped = new ArrayList<>(end);
    for (Rule rule : rules.subList(0, end)) {
      skipped.add(Explanation.Skipped.of(rule, request));
    }
    return new Explanation(
        request,
        skipped,
        decision,
        decisive == null ? legacyZones.find(request.asked().host()) : null);
  }

  private static Decision today(Decision.Ruled ruled, long epochSecond) {
    Rule rule = ruled.rule();
    Lifetime lifetime = rule.lifetime();
    Decision.Ruled today;
    if (lifetime.has(OnExpiry.REJECT, epochSecond)) {
      today =
          new Decision.Reject(rule, ruled.matcher(), "rule \"" + rule.name() + "\" has expired");
    } else if (lifetime.isBrownedOut(epochSecond)) {
      today = new Decision.Brownout(rule, ruled.matcher(), lifetime.brownoutEnd(epochSecond));
    } else {
      return ruled;
    }
    return rule.mode() == Mode.REPORT ? new Decision.Report(today) : today;
  }

  /** What happens to a host that no rule matches. */
  public enum UnmatchedPolicy {
    PASS,
    REJECT
  }
}
