package io.detour.server.decide;

import io.detour.rules.Decision;
import io.detour.rules.Request;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A rule set and the use of each of its rules. Immutable, but for the counts. Any thread.
 *
 * <p>A request takes one of {@link RulesInForce#current} and asks that alone.
 */
public final class RuleSnapshot {
  private final RuleSet rules;

  /** By {@link Rule#index}. */
  private final RuleUse[] uses;

  private RuleSnapshot(RuleSet rules, Map<String, RuleUse> before) {
    this.rules = rules;
    List<Rule> list = rules.rules();
    uses = new RuleUse[list.size()];
    for (int i = 0; i < uses.length; i++) {
      RuleUse known = before.get(list.get(i).name());
      uses[i] = known == null ? new RuleUse() : known;
    }
  }

  static RuleSnapshot unused(RuleSet rules) {
    return new RuleSnapshot(rules, Map.of());
  }

  /** Other rules; those whose names are here too go on with the counts that they have. */
  RuleSnapshot followedBy(RuleSet next) {
    Map<String, RuleUse> byName = HashMap.newHashMap(uses.length);
    rules.rules().forEach(rule -> byName.put(rule.name(), use(rule)));
    return new RuleSnapshot(next, byName);
  }

  /** The rules. */
  public RuleSet rules() {
    return rules;
  }

  /** What to do with a request. */
  public Decision decide(Request request) {
    return rules.decide(request);
  }

  /**
   * The use of a rule.
   *
   * @param rule one of {@link #rules}, not of another snapshot
   */
  public RuleUse use(Rule rule) {
    return uses[rule.index()];
  }
}
