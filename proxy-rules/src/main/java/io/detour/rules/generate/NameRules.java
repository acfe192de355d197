package io.detour.rules.generate;

import java.util.List;

/**
 * Rules in the order in which they are tried; the first that matches a name decides. Immutable.
 *
 * @param source where they stand, for the first line of what is generated: {@code rules.yaml}
 * @param rules without those that are switched off
 * @param unmatchedRejected whether a name that no rule matches leads nowhere
 */
public record NameRules(String source, List<NameRule> rules, boolean unmatchedRejected) {
  public NameRules {
    rules = List.copyOf(rules);
  }
}
