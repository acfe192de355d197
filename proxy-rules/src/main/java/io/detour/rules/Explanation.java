package io.detour.rules;

import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Request;
import io.detour.rules.host.LegacyZone;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision and how it came about. Immutable.
 *
 * @param skipped the rules that did not take it, in order, up to the one that did
 * @param legacyZone where the host is, which is why it is reported although no rule took it, or
 *     null
 */
public record Explanation(
    Request request, List<Skipped> skipped, Decision decision, @Nullable LegacyZone legacyZone) {
  public Explanation {
    skipped = List.copyOf(skipped);
  }

  /** The rewrite that takes place or, in report mode, would; null if there is none. */
  public Decision.@Nullable Rewrite rewrite() {
    return decision.meant() instanceof Decision.Rewrite rewrite ? rewrite : null;
  }

  /** A rule that did not take a request, and why. */
  public record Skipped(Rule rule, SkipReason reason, Request request) {
    static Skipped of(Rule rule, Request request) {
      boolean matches = rule.matcher(request.asked().host()) != null;
      SkipReason reason = matches ? rule.obstacle(request) : SkipReason.HOST;
      if (reason == null) {
        throw new IllegalStateException("rule " + rule.name() + " takes the request");
      }
      return new Skipped(rule, reason, request);
    }

    /** The reason as half a sentence: {@code host does not match exact erp.old.example.com}. */
    public String why() {
      return reason.explain(rule.hosts(), rule.conditions(), rule.lifetime(), request);
    }
  }
}
