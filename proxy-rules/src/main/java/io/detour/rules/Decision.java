package io.detour.rules;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.condition.Request;
import io.detour.rules.condition.When;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do with a request: what the data path acts by, and what the access log, {@code explain}
 * and {@code replay} say about it. Immutable.
 */
public sealed interface Decision {
  /** The rule that decided, or null if none matched. */
  default @Nullable Rule rule() {
    return null;
  }

  /** The one of the rule's matchers that matched the host, or null if no rule did. */
  default @Nullable HostMatcher matcher() {
    return null;
  }

  /** What happens; of a report, what would happen if the rule were enforced. */
  default Effect effect() {
    return switch (this) {
      case Pass _, Unmatched _ -> Effect.PASS;
      case Rewrite _ -> Effect.REWRITE;
      case Reject _, Unlisted _ -> Effect.REJECT;
      case Brownout _ -> Effect.BROWNOUT;
      case Report report -> report.wouldBe().effect();
    };
  }

  /** Whether that happens ({@link Mode#ENFORCE}) or is only reported. */
  default Mode mode() {
    return Mode.ENFORCE;
  }

  /** What the client gets. */
  default Result result(Request request) {
    return switch (this) {
      case Unmatched _, Report _ -> Route.to(request.asked());
      case Pass pass -> Route.to(request.asked(), pass.outcome().responses());
      case Rewrite rewrite -> rewrite.route(request.asked());
      case Reject reject -> Refuse.denied(reject.message());
      case Unlisted _ -> Unlisted.REFUSAL;
      case Brownout brownout ->
          Refuse.switchedOff(
              brownout.rule().name(), brownout.endEpochSecond() - request.epochSecond());
    };
  }

  /** What a report reports; else the decision itself. */
  default Decision meant() {
    return this;
  }

  /** The first target to which a report would rewrite, or null. */
  default @Nullable HostPort wouldRewriteTo(HostPort asked) {
    return null;
  }

  /** What a client gets that a rule rejects. */
  int REJECT_STATUS = 403;

  /** What happens to a request, by the names that the access log and tests of rules use. */
  enum Effect {
    REWRITE,
    PASS,
    REJECT,
    BROWNOUT
  }

  /** What a client gets: a tunnel along a {@link Route}, or a refusal. */
  sealed interface Result permits Route, Refuse {}

  /**
   * Nothing is dialled.
   *
   * @param status of HTTP
   * @param error an error type of RFC 9209 2.3
   * @param message one line without control characters and without any part of the request
   * @param retryAfter when to try again, or null
   */
  record Refuse(int status, String error, String message, @Nullable Duration retryAfter)
      implements Result {
    static Refuse denied(String message) {
      return new Refuse(REJECT_STATUS, "http_request_denied", message, null);
    }

    static Refuse misconfigured(String message) {
      return new Refuse(502, Rewrite.NO_VALID_HOST, message, null);
    }

    static Refuse switchedOff(String rule, long seconds) {
      String message =
          "this name is going away and is switched off for a while by rule \"" + rule + "\"";
      return new Refuse(503, "destination_unavailable", message, Duration.ofSeconds(seconds));
    }
  }

  /** What a rule says. */
  sealed interface Ruled extends Decision permits Pass, Rewrite, Reject, Brownout, Report {
    @Override
    Rule rule();

    @Override
    HostMatcher matcher();

    @Override
    default Mode mode() {
      return rule().mode();
    }
  }

  /** No rule matched, and such hosts are passed: dial the asked host. */
  record Unmatched() implements Decision {}

  /** No rule matched, and such hosts are rejected. */
  record Unlisted() implements Decision {
    /** The same for every request. */
    public static final Refuse REFUSAL = Refuse.denied("no rule allows this host");
  }

  /** Dial the asked host. */
  record Pass(Rule rule, HostMatcher matcher) implements Ruled {
    /** What the rule says about the host. */
    public Outcome.Pass outcome() {
      return (Outcome.Pass) rule.outcome();
    }
  }

  /** Dial another host: where, says {@link #route}. */
  record Rewrite(Rule rule, HostMatcher matcher) implements Ruled {
    /** The error of a refusal for a target's template that makes no host. */
    public static final String NO_VALID_HOST = "proxy_configuration_error";

    /** What its message says. */
    public static final String MADE_NO_VALID_HOST = "made no valid host";

    /** What the rule says about its targets. */
    public Outcome.Rewrite outcome() {
      return (Outcome.Rewrite) rule.outcome();
    }

    /** Where the request goes; refused if a target's template makes no valid host of it. */
    public Result route(HostPort asked) {
      Captures captures = captures(asked.host());
      List<Target> targets = outcome().targets();
      List<Hop> hops = new ArrayList<>(targets.size() + 1);
      if (outcome().fallback().when() == When.ON_FAILURE) {
        hops.add(Hop.asked(asked));
      }
      for (int i = 0; i < targets.size(); i++) {
        Target target = targets.get(i);
        switch (target.aim(asked, captures)) {
          case Parsed.Value(HostPort aimed) ->
              hops.add(new Hop(i, aimed, target.way().via(), target.way().allow()));
          case Parsed.Malformed(String problem) -> {
            return Refuse.misconfigured(
                "target \"" + target + "\" " + MADE_NO_VALID_HOST + ": " + problem);
          }
        }
      }
      return new Route(hops, outcome().fallback().on(), outcome().responses());
    }

    /**
     * What the matcher finds in the asked host.
     *
     * @throws IllegalArgumentException if the decision is for another host
     */
    public Captures captures(Host asked) {
      Captures captures = matcher.match(asked);
      if (captures == null) {
        throw new IllegalArgumentException("asked: " + asked + " (expected: " + matcher + ")");
      }
      return captures;
    }
  }

  /** Refuse, with this message. */
  record Reject(Rule rule, HostMatcher matcher, String message) implements Ruled {}

  /** Refuse for a while, to a second since 1970-01-01T00:00Z. */
  record Brownout(Rule rule, HostMatcher matcher, long endEpochSecond) implements Ruled {}

  /** Dial the asked host: the rule only reports what it would do. */
  record Report(Ruled wouldBe) implements Ruled {
    @Override
    public Rule rule() {
      return wouldBe.rule();
    }

    @Override
    public HostMatcher matcher() {
      return wouldBe.matcher();
    }

    @Override
    public Decision meant() {
      return wouldBe;
    }

    @Override
    public @Nullable HostPort wouldRewriteTo(HostPort asked) {
      return wouldBe instanceof Rewrite rewrite && rewrite.route(asked) instanceof Route route
          ? route.firstTarget().address()
          : null;
    }
  }
}
