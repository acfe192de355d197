package io.detour.server.decide;

import io.detour.rules.RuleSet;

/**
 * The rules that decide now. Any thread; reading is one volatile load, and nobody waits for a
 * replacement.
 */
public final class RulesInForce {
  private volatile RuleSnapshot current;
  private volatile Runnable replaced = () -> {};

  public RulesInForce(RuleSet rules) {
    current = RuleSnapshot.unused(rules);
  }

  /** Who is told, on the thread that replaces the rules; must not wait. */
  public void whenReplaced(Runnable told) {
    replaced = told;
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
    renew(rules);
    replaced.run();
  }

  /**
   * The same as {@link #replace} for rules that say what those in force do, and at most stand
   * elsewhere in their files: nobody is told.
   */
  public synchronized void renew(RuleSet rules) {
    current = current.followedBy(rules);
  }
}
