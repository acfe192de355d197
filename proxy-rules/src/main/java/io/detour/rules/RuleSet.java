package io.detour.rules;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All rules of a running Detour: an immutable snapshot, to be shared between threads and replaced
 * as a whole.
 */
public final class RuleSet {
  private static final RuleSet EMPTY = new RuleSet(List.of(), UnmatchedPolicy.PASS);
  private static final Decision UNMATCHED = new Decision.Unmatched();
  private static final Decision REJECT_UNMATCHED =
      new Decision.Reject(null, "no rule allows this host");

  private final List<Rule> rules;
  private final UnmatchedPolicy unmatched;
  private final RuleIndex index;

  private RuleSet(List<Rule> rules, UnmatchedPolicy unmatched) {
    this.rules = List.copyOf(rules);
    this.unmatched = unmatched;
    this.index = new RuleIndex(this.rules);
  }

  /** No rules: every host is passed. */
  public static RuleSet empty() {
    return EMPTY;
  }

  /**
   * These rules as a snapshot.
   *
   * @param rules in order
   * @param unmatched what happens to a host that none of them matches
   * @throws IllegalArgumentException if a rule's index is not its place in the list
   */
  public static RuleSet of(List<Rule> rules, UnmatchedPolicy unmatched) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).index() != i) {
        throw new IllegalArgumentException(
            "index of rule "
                + rules.get(i).name()
                + ": "
                + rules.get(i).index()
                + " (expected: "
                + i
                + ")");
      }
    }
    return new RuleSet(rules, unmatched);
  }

  /** The rules in order; a rule's index is its place in this list. */
  public List<Rule> rules() {
    return rules;
  }

  /** What happens to a host that no rule matches. */
  public UnmatchedPolicy unmatched() {
    return unmatched;
  }

  /**
   * What to do with a request. The first rule that matches decides; where a rewrite leads is not
   * looked up again.
   *
   * @param asked the host and port of the request
   */
  public Decision decide(HostPort asked) {
    return outcome(asked, index.firstMatch(asked.host()));
  }

  /** The same decision as {@link #decide}, by the same way, with what led to it. */
  public Explanation explain(HostPort asked) {
    Match match = index.firstMatch(asked.host());
    int passedOver = match == null ? rules.size() : match.rule().index();
    return new Explanation(
        asked,
        rules.subList(0, passedOver).stream().map(Explanation.PassedOver::of).toList(),
        match,
        outcome(asked, match));
  }

  private Decision outcome(HostPort asked, @Nullable Match match) {
    if (match == null) {
      return switch (unmatched) {
        case PASS -> UNMATCHED;
        case REJECT -> REJECT_UNMATCHED;
      };
    }
    Rule rule = match.rule();
    return switch (rule.outcome()) {
      case Outcome.Rewrite(Target target) ->
          switch (target.aim(asked, match.captures())) {
            case HostPort aimed -> new Decision.Rewrite(rule, aimed);
            case MalformedAuthority malformed ->
                new Decision.Invalid(
                    rule, "target \"" + target + "\" made no valid host: " + malformed.problem());
          };
      case Outcome.Pass _ -> new Decision.Pass(rule);
      case Outcome.Reject(String message) -> new Decision.Reject(rule, message);
    };
  }
}
