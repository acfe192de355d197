package io.detour.ops.replay;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Decision.Effect;
import io.detour.rules.Hop;
import io.detour.rules.Mode;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.document.Fields;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rules say about a request, as far as the access log would tell. Immutable.
 *
 * @param mode {@code ENFORCE} or {@code REPORT}
 * @param goals of a rewrite, the places in the order in which they are tried: all of them where
 *     they are known, in the log the one that was dialled last, in report mode the first target;
 *     empty if a template made no host
 * @param isGoalUnknown whether the log does not tell where a rewrite led: the client was refused,
 *     for its port for example, or went away before anything was dialled
 */
public record Ruling(
    @Nullable String rule, Effect effect, Mode mode, List<HostPort> goals, boolean isGoalUnknown) {
  /** No rule matches, and the host is passed. */
  static final Ruling UNMATCHED = new Ruling(null, Effect.PASS, Mode.ENFORCE, List.of(), false);

  /** No rule matches, and the host is rejected. */
  static final Ruling UNLISTED = new Ruling(null, Effect.REJECT, Mode.ENFORCE, List.of(), false);

  public Ruling {
    goals = List.copyOf(goals);
  }

  /** Of a line of the log; the goal is where it led or would have led, or null. */
  static Ruling of(String rule, Effect effect, Mode mode, @Nullable HostPort goal) {
    boolean leads = goal != null && effect == Effect.REWRITE;
    return new Ruling(rule, effect, mode, leads ? List.of(goal) : List.of(), false);
  }

  /** The same of a line that does not tell the goal. */
  static Ruling withoutGoal(String rule, Effect effect, Mode mode) {
    return new Ruling(rule, effect, mode, List.of(), effect == Effect.REWRITE);
  }

  /** Of a decision on a request for a host. */
  static Ruling of(Decision decision, HostPort asked) {
    Rule rule = decision.rule();
    String name = rule == null ? null : rule.name();
    return new Ruling(name, decision.effect(), decision.mode(), goals(decision, asked), false);
  }

  private static List<HostPort> goals(Decision decision, HostPort asked) {
    if (decision instanceof Decision.Rewrite rewrite) {
      return rewrite.route(asked) instanceof Route route
          ? route.hops().stream().map(Hop::address).toList()
          : List.of();
    }
    HostPort reported = decision.wouldRewriteTo(asked);
    return reported == null ? List.of() : List.of(reported);
  }

  boolean isRewrite() {
    return effect == Effect.REWRITE;
  }

  boolean isEnforced() {
    return mode == Mode.ENFORCE;
  }

  /** {@code erp: rewrite to erp.new.example.com:443}, {@code no rule: pass}. */
  @Override
  public String toString() {
    String does = (isEnforced() ? "" : "would ") + Fields.wordOf(effect);
    return (rule == null ? "no rule" : rule)
        + ": "
        + does
        + (isRewrite() && !isGoalUnknown ? " to " + where() : "");
  }

  private String where() {
    return goals.isEmpty()
        ? "no valid host"
        : goals.stream().map(HostPort::toString).collect(Collectors.joining(", then "));
  }
}
