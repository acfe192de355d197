package io.detour.ops.replay;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rules say about a request, as far as the access log would tell. Immutable.
 *
 * @param rule the name of the rule that decides, or null if none does
 * @param action {@code rewrite}, {@code pass}, {@code reject} or {@code brownout}
 * @param mode {@code enforce} or {@code report}
 * @param goals of a rewrite, the places in the order in which they are tried: all of them where
 *     they are known, in the log the one that was dialled last, in report mode the first target;
 *     empty if a template made no host
 */
public record Ruling(@Nullable String rule, String action, String mode, List<HostPort> goals) {
  /** A mode. */
  static final String ENFORCE = "enforce";

  /** No rule matches, and the host is passed. */
  static final Ruling UNMATCHED = new Ruling(null, "pass", ENFORCE, List.of());

  /** No rule matches, and the host is rejected. */
  static final Ruling UNLISTED = new Ruling(null, "reject", ENFORCE, List.of());

  private static final String REWRITE = "rewrite";

  public Ruling {
    goals = List.copyOf(goals);
  }

  /**
   * Of a line of the log.
   *
   * @param goal where it led or would have led, or null if nowhere
   */
  static Ruling of(String rule, String action, String mode, @Nullable HostPort goal) {
    boolean leads = goal != null && action.equals(REWRITE);
    return new Ruling(rule, action, mode, leads ? List.of(goal) : List.of());
  }

  /**
   * Of a decision.
   *
   * @param asked of the request that was decided
   */
  static Ruling of(Decision decision, HostPort asked) {
    Rule rule = decision.rule();
    return new Ruling(
        rule == null ? null : rule.name(),
        decision.action(),
        decision.mode(),
        goals(decision, asked));
  }

  private static List<HostPort> goals(Decision decision, HostPort asked) {
    if (decision instanceof Decision.Rewrite rewrite) {
      return switch (rewrite.route(asked)) {
        case Route route -> route.hops().stream().map(Hop::address).toList();
        case Decision.Refuse _ -> List.of();
      };
    }
    HostPort reported = decision.wouldRewriteTo(asked);
    return reported == null ? List.of() : List.of(reported);
  }

  boolean isRewrite() {
    return action.equals(REWRITE);
  }

  boolean isEnforced() {
    return mode.equals(ENFORCE);
  }

  /** {@code erp: rewrite to erp.new.example.com:443}, {@code no rule: pass}. */
  @Override
  public String toString() {
    String does = isEnforced() ? action : "would " + action;
    return (rule == null ? "no rule" : rule) + ": " + does + (isRewrite() ? " to " + where() : "");
  }

  private String where() {
    return goals.isEmpty()
        ? "no valid host"
        : goals.stream().map(HostPort::toString).collect(Collectors.joining(", then "));
  }
}
