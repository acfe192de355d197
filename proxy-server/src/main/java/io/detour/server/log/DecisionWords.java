package io.detour.server.log;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.NoRoute;
import io.detour.rules.Route;
import io.detour.rules.document.Fields;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says about a request, in the words of the access log. Immutable.
 *
 * @param rule the name of the rule
 * @param action {@code rewrite}, {@code pass}, {@code reject} or {@code brownout}
 * @param mode {@code enforce} or {@code report}
 * @param wouldRewriteTo the first target that the rule would lead to if it were enforced, or null
 */
public record DecisionWords(
    String rule, String action, String mode, @Nullable HostPort wouldRewriteTo) {

  /**
   * Puts a decision into words.
   *
   * @param asked of the request that was decided
   */
  public static DecisionWords of(Decision.Ruled decision, HostPort asked) {
    return new DecisionWords(
        decision.rule().name(),
        action(decision),
        Fields.wordOf(decision.rule().mode()),
        decision instanceof Decision.Report(Decision.Rewrite rewrite)
            ? firstTarget(rewrite, asked)
            : null);
  }

  private static String action(Decision.Ruled decision) {
    return switch (decision) {
      case Decision.Brownout _, Decision.Report(Decision.Brownout _) -> "brownout";
      case Decision.Reject _, Decision.Report(Decision.Reject _) -> "reject";
      case Decision.Pass _, Decision.Rewrite _, Decision.Report _ ->
          Fields.wordOf(decision.rule().action());
    };
  }

  private static @Nullable HostPort firstTarget(Decision.Rewrite rewrite, HostPort asked) {
    return switch (rewrite.route(asked)) {
      case Route route ->
          route.hops().stream()
              .filter(hop -> hop.target() >= 0)
              .findFirst()
              .orElse(route.first())
              .address();
      case NoRoute _ -> null;
    };
  }
}
