package io.detour.server.observe;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import java.net.SocketAddress;
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

  DecisionWords words() {
    return DecisionWords.of(decision, asked);
  }

  private Rule.Log log() {
    return decision.rule().log();
  }
}
