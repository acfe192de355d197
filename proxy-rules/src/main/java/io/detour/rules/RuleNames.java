package io.detour.rules;

import io.detour.rules.host.DomainTable;
import java.util.List;
import java.util.function.BiConsumer;

/** Rules by their names, in a table that takes little more than the references. Immutable. */
public final class RuleNames {
  private final DomainTable<Rule> table;

  /**
   * The names of these rules.
   *
   * @param repeated told the first rule of a name and each further one
   */
  public RuleNames(List<Rule> rules, BiConsumer<Rule, Rule> repeated) {
    table =
        new DomainTable<>(
            rules,
            Rule::name,
            (first, again) -> {
              repeated.accept(first, again);
              return first;
            });
  }

  /** Whether a rule has this name. */
  public boolean contains(String name) {
    return table.find(name) != null;
  }
}
