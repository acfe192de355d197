package io.detour.rules;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.condition.When;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to do with a request. Immutable. */
public sealed interface Decision {
  /** The rule that decided, or null if none matched. */
  @Nullable Rule rule();

  /** The one of the rule's matchers that matched the host, or null if no rule did. */
  @Nullable HostMatcher matcher();

  /** What a rule says. */
  sealed interface Ruled extends Decision permits Pass, Rewrite, Reject, Brownout, Report {
    @Override
    Rule rule();

    @Override
    HostMatcher matcher();
  }

  /** No rule matched, and such hosts are passed: dial the asked host. */
  record Unmatched() implements Decision {
    @Override
    public @Nullable Rule rule() {
      return null;
    }

    @Override
    public @Nullable HostMatcher matcher() {
      return null;
    }
  }

  /** No rule matched, and such hosts are rejected: dial nothing and answer 403. */
  record Unlisted() implements Decision {
    /** What the client is told. */
    public static final String MESSAGE = "no rule allows this host";

    @Override
    public @Nullable Rule rule() {
      return null;
    }

    @Override
    public @Nullable HostMatcher matcher() {
      return null;
    }
  }

  /** Dial the asked host. */
  record Pass(Rule rule, HostMatcher matcher) implements Ruled {}

  /** Dial another host: where, says {@link #route}. */
  record Rewrite(Rule rule, HostMatcher matcher) implements Ruled {
    /** What the rule says about its targets. */
    public Outcome.Rewrite outcome() {
      return (Outcome.Rewrite) rule.outcome();
    }

    /**
     * Where the request goes.
     *
     * @param asked of the request that was decided
     */
    public ParsedRoute route(HostPort asked) {
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
            return new NoRoute(i, "target \"" + target + "\" made no valid host: " + problem);
          }
        }
      }
      return new Route(hops, outcome().fallback().on());
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

  /**
   * Dial nothing and answer 403.
   *
   * @param message what the client is told: one line without control characters, and without any
   *     part of the request
   */
  record Reject(Rule rule, HostMatcher matcher, String message) implements Ruled {}

  /**
   * Dial nothing and answer 503, for a while.
   *
   * @param endEpochSecond when that is over, in seconds since 1970-01-01T00:00Z
   */
  record Brownout(Rule rule, HostMatcher matcher, long endEpochSecond) implements Ruled {}

  /**
   * Dial the asked host: the rule only reports.
   *
   * @param wouldBe what the rule would do if it were enforced
   */
  record Report(Ruled wouldBe) implements Ruled {
    @Override
    public Rule rule() {
      return wouldBe.rule();
    }

    @Override
    public HostMatcher matcher() {
      return wouldBe.matcher();
    }
  }
}
