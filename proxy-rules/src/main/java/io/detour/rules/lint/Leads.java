package io.detour.rules.lint;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.HostRewrite;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.Target;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.lint.Claims.Claim;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds targets that another rule would rewrite, and rules that lead to each other: neither
 * happens, since a request is decided once, but an author may think so.
 *
 * <p>A target is a host, or all names below the constant end of its template; the step from there
 * is a rule that matches all of it. A walk along first targets ends where one has been.
 */
final class Leads {
  /** Steps of a walk by templates, which can make a new host of each. */
  private static final int MAX_TEMPLATE_STEPS = 32;

  private final Claims claims;

  /** Rules that take no requests. */
  private final Predicate<Rule> idle;

  private final Findings findings;

  /** Rules in a cycle that has been reported. */
  private final BitSet circular = new BitSet();

  /** Rules with a constant first target from which a walk has gone on. */
  private final BitSet walked = new BitSet();

  private Leads(Claims claims, Predicate<Rule> idle, Findings findings) {
    this.claims = claims;
    this.idle = idle;
    this.findings = findings;
  }

  static void look(List<Rule> rules, Claims claims, Predicate<Rule> idle, Findings findings) {
    Leads leads = new Leads(claims, idle, findings);
    for (Rule rule : rules) {
      if (leads.isInForce(rule) && rule.outcome() instanceof Outcome.Rewrite rewrite) {
        leads.walk(rule, rewrite.targets().getFirst());
      }
    }
    for (Rule rule : rules) {
      if (leads.isInForce(rule)
          && !leads.circular.get(rule.index())
          && rule.outcome() instanceof Outcome.Rewrite rewrite) {
        rewrite.targets().forEach(target -> leads.lookForChain(rule, target));
      }
    }
  }

  private boolean isInForce(Rule rule) {
    return rule.takesSome() && !idle.test(rule);
  }

  private void lookForChain(Rule rule, Target target) {
    HostMatcher place = place(rule, target);
    if (place == null) {
      return;
    }
    Claim next = next(rule, target.port(), place);
    if (next == null || leadsNowhere(rule, target, next, place)) {
      return;
    }
    String does = next.rule().outcome() instanceof Outcome.Reject ? "rejected" : "rewritten";
    String by = next.isOf(rule) ? "this rule itself" : Findings.named(next.rule());
    findings.add(
        Code.CHAIN,
        rule,
        "target " + target + " would be " + does + " by " + by + ", but a request is decided once",
        next.isOf(rule) ? List.of() : List.of(next.rule()));
  }

  /** Whether the next rule leaves a target as it is. */
  private static boolean leadsNowhere(Rule rule, Target target, Claim next, HostMatcher place) {
    return switch (next.rule().outcome()) {
      case Outcome.Pass _ -> true;
      case Outcome.Reject _ -> false;
      case Outcome.Rewrite rewrite -> {
        Target then = rewrite.targets().getFirst();
        boolean samePort =
            next.isOf(rule) || then.port().isEmpty() || then.port().equals(target.port());
        boolean sameHost =
            Targets.isAsked(next.rule(), then)
                || (place instanceof HostMatcher.Exact && place.equals(after(next, place)));
        yield samePort && sameHost;
      }
    };
  }

  private void walk(Rule start, Target target) {
    if (isConstant(start) && walked.get(start.index())) {
      return;
    }
    List<Rule> path = new ArrayList<>(List.of(start));
    Map<HostMatcher, Integer> seen = new HashMap<>();
    HostMatcher place = place(start, target);
    OptionalInt port = target.port();
    int templateSteps = 0;
    while (place != null && templateSteps < MAX_TEMPLATE_STEPS) {
      seen.put(place, path.size());
      Claim next = next(path.getLast(), port, place);
      if (next == null || !(next.rule().outcome() instanceof Outcome.Rewrite rewrite)) {
        break;
      }
      HostMatcher then = after(next, place);
      if (place.equals(then)) {
        break;
      }
      path.add(next.rule());
      Integer before = then == null ? null : seen.get(then);
      if (before != null) {
        reportCycle(path.subList(before, path.size()));
        break;
      }
      boolean constant = isConstant(next.rule());
      if (constant && walked.get(next.rule().index())) {
        break;
      }
      templateSteps += constant ? 0 : 1;
      place = then;
      port = rewrite.targets().getFirst().port();
    }
    path.stream().filter(Leads::isConstant).forEach(rule -> walked.set(rule.index()));
  }

  private static boolean isConstant(Rule rule) {
    return rule.outcome() instanceof Outcome.Rewrite rewrite
        && rewrite.targets().getFirst().host() instanceof HostRewrite.Constant;
  }

  private void reportCycle(List<Rule> steps) {
    List<Rule> cycle = distinct(steps);
    int first = 0;
    boolean known = false;
    for (int i = 0; i < cycle.size(); i++) {
      known |= circular.get(cycle.get(i).index());
      first = cycle.get(i).index() < cycle.get(first).index() ? i : first;
    }
    if (known) {
      return;
    }
    cycle.forEach(rule -> circular.set(rule.index()));
    List<Rule> others = new ArrayList<>(cycle.subList(first + 1, cycle.size()));
    others.addAll(cycle.subList(0, first));
    String message =
        others.isEmpty()
            ? "leads in a circle to what it matches itself"
            : "cycle with " + Findings.named(others);
    findings.add(
        Code.CYCLE, cycle.get(first), message + "; a request takes only the first step", others);
  }

  private static List<Rule> distinct(List<Rule> steps) {
    Map<Integer, Rule> distinct = new LinkedHashMap<>();
    steps.forEach(rule -> distinct.putIfAbsent(rule.index(), rule));
    return List.copyOf(distinct.values());
  }

  /** The rule that would decide a request for what a rule leads to, if all of it is one rule's. */
  private @Nullable Claim next(Rule from, OptionalInt port, HostMatcher place) {
    return claims.first(place, rule -> from.meets(port, rule) && !idle.test(rule));
  }

  /** What a target can be, or null if that is not known or is the asked host. */
  private static @Nullable HostMatcher place(Rule rule, Target target) {
    if (target.way().via() != null || Targets.isAsked(rule, target)) {
      return null;
    }
    return switch (target.host()) {
      case HostRewrite.Constant(Host host) -> new HostMatcher.Exact(host);
      case HostRewrite.Original _ -> null;
      case HostRewrite.Template template -> below(template);
    };
  }

  /** Where the first target of a rule leads from a place. */
  private static @Nullable HostMatcher after(Claim claim, HostMatcher place) {
    if (!(claim.rule().outcome() instanceof Outcome.Rewrite rewrite)) {
      return null;
    }
    HostRewrite host = rewrite.targets().getFirst().host();
    return switch (host) {
      case HostRewrite.Constant(Host constant) -> new HostMatcher.Exact(constant);
      case HostRewrite.Original _ -> place;
      case HostRewrite.Template template ->
          place instanceof HostMatcher.Exact(Host asked)
              ? filledIn(template, claim.matcher(), asked)
              : below(template);
    };
  }

  private static @Nullable HostMatcher filledIn(
      HostRewrite.Template template, HostMatcher matcher, Host asked) {
    Captures captures = matcher.match(asked);
    return captures != null && template.apply(asked, captures) instanceof Parsed.Value(Host made)
        ? new HostMatcher.Exact(made)
        : null;
  }

  /** All names below what follows the first dot of the constant end of a template. */
  private static @Nullable HostMatcher below(HostRewrite.Template template) {
    if (!(template.pieces().getLast() instanceof HostRewrite.Literal(String end))) {
      return null;
    }
    int dot = end.indexOf('.');
    return dot >= 0
            && Host.parse(end.substring(dot + 1)) instanceof Parsed.Value(Host domain)
            && !domain.isAddress()
        ? new HostMatcher.Suffix(domain, false)
        : null;
  }
}
