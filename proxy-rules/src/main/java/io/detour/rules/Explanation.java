package io.detour.rules;

import io.detour.core.Printable;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Request;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.stream.Collectors;
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
  /** Entries of a list that a reason names; a rule may have thousands. */
  private static final int NAMED = 3;

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
      Conditions scope = rule.scope();
      return switch (obstacle) {
        case HOST -> "host does not match " + some(rule.hosts());
        case PORT -> "port " + request.asked().port() + " is not " + some(scope.ports());
        case CLIENT -> client() + " is not in " + some(scope.clients());
        case USER ->
            (request.user() == null
                    ? "an unknown user"
                    : "user " + Printable.quoted(request.user()))
                + " is not "
                + some(scope.users().stream().sorted().map(Printable::quoted).toList());
        case ROLLOUT -> client() + " is not in the rollout of " + scope.rollout().percent() + " %";
        case OFF -> "mode is off";
        case EXPIRED ->
            rule.lifetime().expiry() == null
                ? "expired"
                : "expired, its last day was " + rule.lifetime().expiry().lastDay();
      };
    }

    private String client() {
      return request.client() == null ? "an unknown client" : "client " + request.client();
    }

    private static String some(List<?> entries) {
      String named =
          entries.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "));
      return entries.size() > NAMED ? named + " or " + (entries.size() - NAMED) + " more" : named;
    }
  }
}
