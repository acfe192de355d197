package io.detour.rules.lint;

import io.detour.rules.HostMatcher;
import io.detour.rules.Rule;
import org.jspecify.annotations.Nullable;

/** A rule's matcher as an entry of {@link Claims}. */
final class Claim {
  private final Rule rule;
  private final HostMatcher matcher;
  private final HostMatcher meaning;
  private final int order;

  /** The next one of the same list. */
  @Nullable Claim next;

  /**
   * @param meaning the matcher itself, or a plain one that matches some of its hosts
   * @param order smaller for a matcher that is tried before another
   */
  Claim(Rule rule, HostMatcher matcher, HostMatcher meaning, int order) {
    this.rule = rule;
    this.matcher = matcher;
    this.meaning = meaning;
    this.order = order;
  }

  Rule rule() {
    return rule;
  }

  /** Whether it belongs to a rule. */
  boolean isOf(Rule other) {
    return rule.index() == other.index();
  }

  /** As the rule has it. */
  HostMatcher matcher() {
    return matcher;
  }

  /** What it stands for in its list. */
  HostMatcher meaning() {
    return meaning;
  }

  int order() {
    return order;
  }
}
