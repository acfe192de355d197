package io.detour.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first rule that takes a request, at a cost that does not grow with the number of rules.
 *
 * <p>Exact hosts and suffixes are found by their domain, regular expressions by the literals in
 * them. Each finding is a ready decision; the one that stands first in the file wins, so that the
 * index changes nothing about the order of rules. Only rules for one and the same domain are looked
 * at one by one, because only their scopes tell them apart. Immutable.
 */
final class RuleIndex {
  /** A decision, or an array of them in rule order, by the domain of their matchers. */
  private final DomainTable<Object> domains;

  private final List<Decision.Ruled> expressions = new ArrayList<>();

  RuleIndex(List<Rule> rules) {
    Map<String, Object> byDomain = new LinkedHashMap<>();
    for (Rule rule : rules) {
      for (HostMatcher matcher : rule.hosts()) {
        Decision.Ruled decision = decision(rule, matcher);
        switch (matcher) {
          case HostMatcher.Exact exact -> add(byDomain, exact.host().name(), decision);
          case HostMatcher.Suffix suffix -> add(byDomain, suffix.domain().name(), decision);
          case HostMatcher.Regex _ -> expressions.add(decision);
        }
      }
    }
    domains = new DomainTable<>(List.copyOf(byDomain.values()), RuleIndex::domain);
  }

  private static Decision.Ruled decision(Rule rule, HostMatcher matcher) {
    Decision.Ruled decision =
        switch (rule.outcome()) {
          case Outcome.Rewrite _ -> new Decision.Rewrite(rule, matcher);
          case Outcome.Pass _ -> new Decision.Pass(rule, matcher);
          case Outcome.Reject(String message) -> new Decision.Reject(rule, matcher, message);
        };
    return rule.mode() == Mode.REPORT ? new Decision.Report(decision) : decision;
  }

  private static void add(Map<String, Object> byDomain, String domain, Decision.Ruled decision) {
    byDomain.merge(domain, decision, (before, added) -> joined(before, (Decision.Ruled) added));
  }

  private static Object joined(Object before, Decision.Ruled added) {
    if (before instanceof Decision.Ruled first) {
      return new Decision.Ruled[] {first, added};
    }
    Decision.Ruled[] some = (Decision.Ruled[]) before;
    Decision.Ruled[] all = Arrays.copyOf(some, some.length + 1);
    all[some.length] = added;
    return all;
  }

  private static String domain(Object bucket) {
    Decision.Ruled any =
        bucket instanceof Decision.Ruled only ? only : ((Decision.Ruled[]) bucket)[0];
    return switch (any.matcher()) {
      case HostMatcher.Exact exact -> exact.host().name();
      case HostMatcher.Suffix suffix -> suffix.domain().name();
      case HostMatcher.Regex regex -> throw new IllegalStateException(regex + " has no domain");
    };
  }

  /** What the first rule that takes a request says, or null if none takes it. */
  Decision.@Nullable Ruled first(Request request) {
    String host = request.asked().host().name();
    Decision.Ruled best = null;
    int hash = 0;
    int labels = domains.mostLabels();
    for (int at = host.length() - 1; at >= 0 && labels > 0; at--) {
      hash = DomainTable.extended(hash, host.charAt(at));
      if (at == 0 || host.charAt(at - 1) == '.') {
        labels--;
        Object bucket = domains.find(host, at, hash);
        if (bucket != null) {
          best = first(bucket, at == 0, request, best);
        }
      }
    }
    return firstExpression(request, best);
  }

  /** The first of a bucket if it stands before the best so far, else that. */
  private static Decision.@Nullable Ruled first(
      Object bucket, boolean whole, Request request, Decision.@Nullable Ruled best) {
    if (bucket instanceof Decision.Ruled only) {
      return precedes(only, best) && takes(only, whole, request) ? only : best;
    }
    for (Decision.Ruled candidate : (Decision.Ruled[]) bucket) {
      if (!precedes(candidate, best)) {
        return best;
      }
      if (takes(candidate, whole, request)) {
        return candidate;
      }
    }
    return best;
  }

  private static boolean takes(Decision.Ruled candidate, boolean whole, Request request) {
    boolean matches =
        switch (candidate.matcher()) {
          case HostMatcher.Exact _ -> whole;
          case HostMatcher.Suffix suffix -> suffix.withApex() || !whole;
          case HostMatcher.Regex _ -> false;
        };
    return matches && candidate.rule().obstacle(request) == null;
  }

  private Decision.@Nullable Ruled firstExpression(Request request, Decision.@Nullable Ruled best) {
    for (int i = 0; i < expressions.size(); i++) {
      Decision.Ruled candidate = expressions.get(i);
      if (!precedes(candidate, best)) {
        return best;
      }
      if (candidate.rule().obstacle(request) == null
          && candidate.matcher().match(request.asked().host()) != null) {
        return candidate;
      }
    }
    return best;
  }

  private static boolean precedes(Decision.Ruled one, Decision.@Nullable Ruled other) {
    if (other == null) {
      return true;
    }
    int before = other.rule().index() - one.rule().index();
    return before > 0 || (before == 0 && place(one) < place(other));
  }

  /** The place of a decision's matcher among those of its rule. */
  private static int place(Decision.Ruled decision) {
    return decision.rule().hosts().indexOf(decision.matcher());
  }
}
