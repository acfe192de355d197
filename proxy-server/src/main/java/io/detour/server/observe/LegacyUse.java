package io.detour.server.observe;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.NoRoute;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import java.net.SocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * That a client used a name that a rule matches, and what became of it. Immutable.
 *
 * @param client the client's socket; only its address is logged, since a port tells nobody who uses
 *     the name
 * @param asked what the client asked for
 * @param decision what the rule says, in report mode what it would do
 * @param target where the request was dialled, connected or not, or null if it was not
 * @param attempts how many targets were dialled
 */
public record LegacyUse(
    SocketAddress client,
    HostPort asked,
    Decision.Ruled decision,
    @Nullable HostPort target,
    int attempts) {

  /** Whether the rule wants a line for it. */
  public boolean isLogged() {
    return switch (log().level()) {
      case OFF -> false;
      case INFO, WARN -> true;
    };
  }

  Level level() {
    return switch (log().level()) {
      case OFF, INFO -> Level.INFO;
      case WARN -> Level.WARN;
    };
  }

  @Nullable String message() {
    return log().message();
  }

  String rule() {
    return decision.rule().name();
  }

  /** {@code enforce} or {@code report}. */
  String mode() {
    return word(decision.rule().mode());
  }

  /** {@code rewrite}, {@code pass}, {@code reject} or {@code brownout}. */
  String action() {
    return switch (decision) {
      case Decision.Brownout _, Decision.Report(Decision.Brownout _) -> "brownout";
      case Decision.Reject _, Decision.Report(Decision.Reject _) -> "reject";
      case Decision.Pass _, Decision.Rewrite _, Decision.Report _ -> word(decision.rule().action());
    };
  }

  /** The first target that the rule would lead to if it were enforced, or null. */
  @Nullable HostPort wouldRewriteTo() {
    return decision instanceof Decision.Report(Decision.Rewrite rewrite)
        ? switch (rewrite.route(asked)) {
          case Route route -> target(route);
          case NoRoute _ -> null;
        }
        : null;
  }

  private static HostPort target(Route route) {
    return route.hops().stream()
        .filter(hop -> hop.target() >= 0)
        .findFirst()
        .orElse(route.first())
        .address();
  }

  private Rule.Log log() {
    return decision.rule().log();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
