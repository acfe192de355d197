package io.detour.rules;

import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Request;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision and how it came about. Immutable.
 *
 * @param request what was asked, by whom and when
 * @param passedOver the rules that did not take it, in order, up to the one that did
 * @param decision what {@link RuleSet#decide} says
 * @param legacySuffix the domain that makes the host a legacy name although no rule took it, or
 *     null
 */
public record Explanation(
    Request request,
    List<PassedOver> passedOver,
    Decision decision,
    HostMatcher.@Nullable Suffix legacySuffix) {
  public Explanation {
    passedOver = List.copyOf(passedOver);
  }

  /** The rewrite that takes place or, in report mode, would; null if there is none. */
  public Decision.@Nullable Rewrite rewrite() {
    return switch (decision) {
      case Decision.Rewrite rewrite -> rewrite;
      case Decision.Report(Decision.Rewrite rewrite) -> rewrite;
      case Decision.Report _,
          Decision.Pass _,
          Decision.Reject _,
          Decision.Brownout _,
          Decision.Unmatched _,
          Decision.Unlisted _ ->
          null;
    };
  }

  /**
   * A rule that did not take the request.
   *
   * @param rule the rule
   * @param obstacle why not
   * @param request what it did not take
   */
  public record PassedOver(Rule rule, SkipReason obstacle, Request request) {
    static PassedOver of(Rule rule, Request request) {
      boolean matches = rule.matcher(request.asked().host()) != null;
      SkipReason obstacle = matches ? rule.obstacle(request) : SkipReason.HOST;
      if (obstacle == null) {
        throw new IllegalStateException("rule " + rule.name() + " takes the request");
      }
      return new PassedOver(rule, obstacle, request);
    }

    /** The obstacle as half a sentence: {@code host does not match exact erp.old.example.com}. */
    public String reason() {
      return obstacle.explain(rule.hosts(), rule.scope(), rule.lifetime(), request);
    }
  }
}
