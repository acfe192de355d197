package io.detour.rules.lint;

import io.detour.rules.Rule;
import io.detour.rules.host.HostMatcher;

/**
 * A rule that takes hosts by one of its matchers.
 *
 * @param matcher as the rule has it
 * @param extent which hosts it takes, of those that its list is for
 */
record Claim(Rule rule, HostMatcher matcher, Extent extent) {
  /** Whether it belongs to a rule; rules are expensive to compare. */
  boolean isOf(Rule other) {
    return rule.index() == other.index();
  }

  /** Whether its rule stands before another. */
  boolean isBefore(Rule other) {
    return rule.index() < other.index();
  }
}
