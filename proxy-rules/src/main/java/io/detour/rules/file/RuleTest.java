package io.detour.rules.file;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Hop;
import io.detour.rules.NoRoute;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a rule file's {@code tests}: a request, and what the rules must do with it. A rule in
 * report mode is tested for what it would do. Immutable.
 */
public record RuleTest(String file, Location at, Request request, Expected expected) {
  /**
   * What must come of a request; at least one of it is said.
   *
   * @param rule the name of the rule that must match, or null if any may
   * @param effect what must happen, by a rule or the default, or null if anything may
   * @param targets the first places it must lead to, the asked host for a pass; empty for any
   */
  public record Expected(
      @Nullable String rule, Location ruleAt, @Nullable Effect effect, List<HostPort> targets) {
    public Expected {
      targets = List.copyOf(targets);
    }
  }

  /** What happens to a request. */
  public enum Effect {
    REWRITE,
    PASS,
    REJECT,
    BROWNOUT
  }

  /**
   * Runs the test; a problem for each expectation that does not hold. A request that leads nowhere
   * fails every test: nobody wants a 502.
   */
  public List<Problem> failures(RuleSet rules) {
    Decision decision = meant(rules.decide(request));
    List<Problem> failures = new ArrayList<>();
    if (expected.rule() != null) {
      Rule actual = decision.rule();
      expect(failures, "rule", actual == null ? "none" : actual.name(), expected.rule());
    }
    if (expected.effect() != null) {
      expect(failures, "action", effect(decision), Fields.wordOf(expected.effect()));
    }
    if (!expected.targets().isEmpty()) {
      expect(failures, "to", targets(decision), joined(expected.targets()));
    }
    boolean routeIsExpected = expected.effect() != null || !expected.targets().isEmpty();
    if (!routeIsExpected
        && decision instanceof Decision.Rewrite rewrite
        && rewrite.route(request.asked()) instanceof NoRoute none) {
      failures.add(failure("it leads nowhere, " + none.problem()));
    }
    return failures;
  }

  private void expect(List<Problem> failures, String what, String actual, String wanted) {
    if (!actual.equals(wanted)) {
      failures.add(failure(what + " is " + actual + " (expected: " + wanted + ")"));
    }
  }

  private Problem failure(String what) {
    String message = "test of " + request.asked() + " failed: " + what;
    return new Problem(file, at.line(), at.column(), message);
  }

  private static Decision meant(Decision decision) {
    return decision instanceof Decision.Report report ? report.wouldBe() : decision;
  }

  private String effect(Decision decision) {
    return switch (decision) {
      case Decision.Rewrite rewrite ->
          rewrite.route(request.asked()) instanceof NoRoute none
              ? "none, " + none.problem()
              : Fields.wordOf(Effect.REWRITE);
      case Decision.Pass _, Decision.Unmatched _ -> Fields.wordOf(Effect.PASS);
      case Decision.Reject _, Decision.Unlisted _ -> Fields.wordOf(Effect.REJECT);
      case Decision.Brownout _ -> Fields.wordOf(Effect.BROWNOUT);
      case Decision.Report report -> effect(report.wouldBe());
    };
  }

  private String targets(Decision decision) {
    return switch (decision) {
      case Decision.Rewrite rewrite ->
          switch (rewrite.route(request.asked())) {
            case Route route -> targets(route);
            case NoRoute none -> "nowhere, " + none.problem();
          };
      case Decision.Pass _, Decision.Unmatched _ -> request.asked().toString();
      case Decision.Reject reject -> "nowhere, " + reject.message();
      case Decision.Unlisted _ -> "nowhere, " + Decision.Unlisted.MESSAGE;
      case Decision.Brownout _ -> "nowhere, a brownout";
      case Decision.Report report -> targets(report.wouldBe());
    };
  }

  /** As many targets of the rule as the test names, so that a later one may be left out. */
  private String targets(Route route) {
    return joined(
        route.hops().stream()
            .filter(hop -> hop.target() != Hop.ASKED)
            .map(Hop::address)
            .limit(expected.targets().size())
            .toList());
  }

  private static String joined(List<HostPort> targets) {
    return targets.stream().map(HostPort::toString).collect(Collectors.joining(", "));
  }
}
