package io.detour.rules;

import io.detour.core.HostPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision and how it came about. Immutable.
 *
 * @param asked the asked host and port in canonical form
 * @param passedOver the rules that did not match, in order, up to the one that did
 * @param match the rule that matched and by what, or null if none did
 * @param decision what {@link RuleSet#decide} says
 */
public record Explanation(
    HostPort asked, List<PassedOver> passedOver, @Nullable Match match, Decision decision) {
  /** Matchers that a reason names; a rule may have thousands. */
  private static final int NAMED_MATCHERS = 3;

  public Explanation {
    passedOver = List.copyOf(passedOver);
  }

  /**
   * A rule that did not match.
   *
   * @param rule the rule
   * @param reason why not, as half a sentence: {@code host is not exact erp.old.example.com}
   */
  public record PassedOver(Rule rule, String reason) {
    static PassedOver of(Rule rule) {
      List<HostMatcher> hosts = rule.hosts();
      StringBuilder reason = new StringBuilder("host does not match ");
      for (int i = 0; i < Math.min(hosts.size(), NAMED_MATCHERS); i++) {
        reason.append(i == 0 ? "" : ", ").append(hosts.get(i));
      }
      if (hosts.size() > NAMED_MATCHERS) {
        reason.append(" or ").append(hosts.size() - NAMED_MATCHERS).append(" more");
      }
      return new PassedOver(rule, reason.toString());
    }
  }
}
