package io.detour.rules.file;

import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Hop;
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
      @Nullable String rule,
      Location ruleAt,
      Decision.@Nullable Effect effect,
      List<HostPort> targets) {
    public Expected {
      targets = List.copyOf(targets);
    }
  }

  /** A problem for each expectation that fails; that a request leads nowhere always is one. */
  public List<Problem> failures(RuleSet rules) {
    Decision decision = rules.decide(request).meant();
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
        && rewrite.route(request.asked()) instanceof Decision.Refuse refusal) {
      failures.add(failure("it leads nowhere, " + refusal.message()));
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

  private String effect(Decision decision) {
    return decision instanceof Decision.Rewrite rewrite
            && rewrite.route(request.asked()) instanceof Decision.Refuse refusal
        ? "none, " + refusal.message()
        : Fields.wordOf(decision.effect());
  }

  private String targets(Decision decision) {
    return switch (decision.result(request)) {
      case Decision.Refuse _ when decision instanceof Decision.Brownout -> "nowhere, a brownout";
      case Decision.Refuse refusal -> "nowhere, " + refusal.message();
      case Route route when decision instanceof Decision.Rewrite -> targets(route);
      case Route route -> route.first().address().toString();
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
