package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.HostRewrite;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    if (effect instanceof NameEffect.Rewrite rewrite
        && rewrite.port().isEmpty()
        && rewrite.to() instanceof HostRewrite.Constant(Host target)
        && !target.isAddress()) {
      names.add(target);
    }
  }

  /** The addresses of targets that were resolved, for systems that know no names of others. */
  record TargetAddresses(Map<Host, List<InetAddress>> known) {
    /** The addresses of a constant target; empty if they are not known. */
    List<InetAddress> of(Rewrite rewrite) {
      Host host = rewrite.constant();
      if (host == null) {
        return List.of();
      }
      return host.isAddress()
          ? List.of(InetAddress.ofLiteral(host.name()))
          : known.getOrDefault(host, List.of());
    }

    /** Why a target cannot be written as addresses, or null if it can. */
    @Nullable String obstacle(Rewrite rewrite) {
      if (rewrite.constant() == null) {
        return "its target depends on the name";
      }
      if (rewrite.port().isPresent()) {
        return "it changes the port, which a name server cannot";
      }
      return of(rewrite).isEmpty() ? "the addresses of " + rewrite.to() + " are not known" : null;
    }
  }
}
