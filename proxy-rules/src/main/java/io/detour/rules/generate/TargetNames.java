package io.detour.rules.generate;

import io.detour.core.Host;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names whose addresses a format needs that knows no names of targets. */
public final class TargetNames {
  private TargetNames() {}

  /** The targets that are names, each once, in the order of the rules. */
  public static Set<Host> of(NameRules rules) {
    Set<Host> names = new LinkedHashSet<>();
    NameTable table = new NameTable(rules);
    for (NameTable.Item item : table.deciding()) {
      add(names, item.rule().effect());
    }
    for (Host host : table.exactHosts()) {
      add(names, table.decide(host).effect());
    }
    return names;
  }

  private static void add(Set<Host> names, NameEffect effect) {
    @Nullable Host target =
        effect instanceof NameEffect.Rewrite rewrite && rewrite.port().isEmpty()
            ? rewrite.constant()
            : null;
    if (target != null && !target.isAddress()) {
      names.add(target);
    }
  }
}
