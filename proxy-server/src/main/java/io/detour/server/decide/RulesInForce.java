package io.detour.server.decide;

import io.detour.rules.RuleSet;

/**
 * The rules that decide now. Any thread; reading is one volatile load, and nobody waits for a
 * replacement.
 */
public final class RulesInForce {
  private volatile RuleSnapshot current;

  /**
   * @param rules the first ones, all unused
   */
  public RulesInForce(RuleSet rules) {
    current = RuleSnapshot.unused(rules);
  }

  /** What decides on a request that arrives now. To be read once for each request. */
  public RuleSnapshot current() {
    return current;
  }

  /**
   * Lets other rules decide from now on. Requests that have been decided are not touched. Rules of
   * the same name go on with their counts; the counts of a rule that is gone are dropped with the
   * last tunnel that it decided.
   */
  public synchronized void replace(RuleSet rules) {
    current = current.followedBy(rules);
  }
}
