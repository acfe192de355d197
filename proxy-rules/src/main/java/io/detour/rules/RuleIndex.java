package io.detour.rules;

import io.detour.core.Host;
import io.detour.rules.condition.Request;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LiteralIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first rule that takes a request, at a cost that does not grow with the number of rules.
 * Immutable.
 *
 * <p>Exact hosts and suffixes are found by their domain, expressions by the literals in them. The
 * finding that stands first in the file wins; only rules for the same domain are tried one by one.
 */
final class RuleIndex {
  /** The decisions for one domain in rule order; changed only while the index is made. */
  private record Bucket(List<Decision.Ruled> decisions) {}

  /** A decision, or a {@link Bucket} of several, by the domain of their matchers. */
  private final DomainTable<Object> domains;

  private final LiteralIndex<Decision.Ruled> expressions;

  RuleIndex(List<Rule> rules) {
    List<Object> named = new ArrayList<>(rules.size());
    List<LiteralIndex.Entry<Decision.Ruled>> regexes = new ArrayList<>();
    for (Rule rule : rules) {
      for (HostMatcher matcher : rule.hosts()) {
        Decision.Ruled decision = decision(rule, matcher);
        switch (matcher) {
          case HostMatcher.Exact _, HostMatcher.Suffix _ -> named.add(decision);
          case HostMatcher.Regex regex ->
              regexes.add(
                  new LiteralIndex.Entry<>(regex.pattern().pattern(), decision, rule.index()));
        }
      }
    }
    domains = new DomainTable<>(named, RuleIndex::domain, RuleIndex::joined);
    expressions = LiteralIndex.build(regexes);
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

  private static Object joined(Object before, Object next) {
    if (before instanceof Bucket bucket) {
      bucket.decisions().add((Decision.Ruled) next);
      return bucket;
    }
    Bucket bucket = new Bucket(new ArrayList<>());
    bucket.decisions().add((Decision.Ruled) before);
    bucket.decisions().add((Decision.Ruled) next);
    return bucket;
  }

  private static String domain(Object value) {
    Decision.Ruled any =
        value instanceof Bucket(List<Decision.Ruled> decisions)
            ? decisions.getFirst()
            : (Decision.Ruled) value;
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
        Object value = domains.find(host, at, hash);
        if (value != null) {
          best = first(value, at == 0, request, best);
        }
      }
    }
    return firstExpression(request, best);
  }

  /** The first of a domain if it stands before the best so far, else that. */
  private static Decision.@Nullable Ruled first(
      Object value, boolean whole, Request request, Decision.@Nullable Ruled best) {
    if (value instanceof Decision.Ruled only) {
      return precedes(only, best) && takes(only, whole, request) ? only : best;
    }
    List<Decision.Ruled> decisions = ((Bucket) value).decisions();
    for (int i = 0; i < decisions.size(); i++) {
      Decision.Ruled candidate = decisions.get(i);
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
    Host host = request.asked().host();
    long before = best == null ? Long.MAX_VALUE : best.rule().index();
    if (!expressions.hasAny(before)) {
      return best;
    }
    LiteralIndex.@Nullable Candidates<Decision.Ruled> candidates =
        expressions.candidates(host.name());
    while (candidates != null && candidates.advance(before)) {
      Decision.Ruled candidate = candidates.value();
      if (candidate.rule().obstacle(request) == null && candidate.matcher().match(host) != null) {
        return candidate;
      }
    }
    return best;
  }

  Decision.@Nullable Ruled firstByExpression(Host host, Predicate<Rule> wanted) {
    LiteralIndex.@Nullable Candidates<Decision.Ruled> candidates =
        expressions.candidates(host.name());
    while (candidates != null && candidates.advance(Long.MAX_VALUE)) {
      Decision.Ruled candidate = candidates.value();
      if (wanted.test(candidate.rule()) && candidate.matcher().match(host) != null) {
        return candidate;
      }
    }
    return null;
  }

  /** Whether a finding stands before an earlier one; of one rule, the longer domain does. */
  private static boolean precedes(Decision.Ruled found, Decision.@Nullable Ruled earlier) {
    return earlier == null || found.rule().index() <= earlier.rule().index();
  }
}
