package io.detour.rules;

import io.detour.core.Host;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first rule that matches a host.
 *
 * <p>Exact hosts are looked up in a hash map. The other matchers are tried in rule order, and only
 * those of rules that stand before the one found in the map, so that rule order alone decides.
 * Within a rule an exact host goes first, then the order of {@link Rule#hosts}. Immutable.
 */
final class RuleIndex {
  /** A matcher and the rule that it stands for. */
  private record Candidate(Rule rule, HostMatcher matcher) {}

  private final Map<Host, Match> exact = new HashMap<>();
  private final List<Candidate> scanned = new ArrayList<>();

  RuleIndex(List<Rule> rules) {
    for (Rule rule : rules) {
      for (HostMatcher matcher : rule.hosts()) {
        switch (matcher) {
          case HostMatcher.Exact one ->
              exact.putIfAbsent(one.host(), new Match(rule, one, Captures.None.NONE));
          case HostMatcher.Suffix _, HostMatcher.Regex _ ->
              scanned.add(new Candidate(rule, matcher));
        }
      }
    }
  }

  /** The match of the first rule that matches, or null if none does. */
  @Nullable Match firstMatch(Host host) {
    Match known = exact.get(host);
    int end = known == null ? Integer.MAX_VALUE : known.rule().index();
    for (int i = 0; i < scanned.size(); i++) {
      Candidate candidate = scanned.get(i);
      if (candidate.rule().index() >= end) {
        break;
      }
      Captures captures = candidate.matcher().match(host);
      if (captures != null) {
        return new Match(candidate.rule(), candidate.matcher(), captures);
      }
    }
    return known;
  }
}
