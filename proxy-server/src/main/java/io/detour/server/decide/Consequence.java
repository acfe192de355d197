package io.detour.server.decide;

import io.detour.rules.Decision;
import io.detour.rules.NoRoute;
import io.detour.rules.Route;
import io.detour.rules.condition.Request;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a decision means for the client that asked. Immutable; any thread. */
public sealed interface Consequence {
  /**
   * Something is dialled; the client gets a tunnel to what answers.
   *
   * @param route what, in order
   */
  record Dialled(Route route) implements Consequence {}

  /**
   * Nothing is dialled.
   *
   * @param refusal what the client gets instead
   */
  record Refused(Refusal refusal) implements Consequence {}

  /**
   * What comes of a request.
   *
   * @param decision of this request
   */
  static Consequence of(Decision decision, Request request) {
    return switch (decision) {
      case Decision.Unmatched _, Decision.Pass _, Decision.Report _ ->
          new Dialled(Route.to(request.asked()));
      case Decision.Rewrite rewrite ->
          switch (rewrite.route(request.asked())) {
            case Route route -> new Dialled(route);
            case NoRoute none -> misconfigured(none.problem());
          };
      case Decision.Unlisted _ -> denied(Decision.Unlisted.MESSAGE);
      case Decision.Reject reject -> denied(reject.message());
      case Decision.Brownout brownout -> putOff(brownout.endEpochSecond() - request.epochSecond());
    };
  }

  /**
   * The same, unless something would be dialled that must not be.
   *
   * @param objection why not, or null
   */
  default Consequence unless(@Nullable Refusal objection) {
    return objection != null && this instanceof Dialled ? new Refused(objection) : this;
  }

  private static Refused misconfigured(String problem) {
    return new Refused(new Refusal(502, ProxyErrorType.PROXY_CONFIGURATION_ERROR, problem));
  }

  private static Refused denied(String message) {
    return new Refused(new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, message));
  }

  private static Refused putOff(long seconds) {
    String message = "this name is going away and is switched off for a while";
    return new Refused(
        new Refusal(503, ProxyErrorType.DESTINATION_UNAVAILABLE, message)
            .retriedAfter(Duration.ofSeconds(seconds)));
  }
}
