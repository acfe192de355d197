package io.detour.rules.generate;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.TargetNames.TargetAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Lines for {@code /etc/hosts} (hosts(5)): single names, and addresses. */
public final class HostsFile {
  private HostsFile() {}

  /** Writes the lines; a target whose addresses are not given cannot be written. */
  public static Generated of(NameRules rules, Map<Host, List<InetAddress>> addresses) {
    Draft draft = new Draft("hosts", rules, "#");
    draft.noteCaveats();
    TargetAddresses targets = new TargetAddresses(addresses);
    NameTable table = new NameTable(rules);
    draft.noteUnmatched();
    for (NameTable.Item item : table.deciding()) {
      if (!(item.rule().effect() instanceof Pass)) {
        draft.note(item.rule().name(), "a hosts file has no patterns: these names are left alone");
      }
    }
    for (Host host : table.exactHosts()) {
      write(draft, host, table.decide(host), targets);
    }
    return draft.finish();
  }

  private static void write(
      Draft draft, Host host, NameTable.Decided decided, TargetAddresses targets) {
    switch (decided.effect()) {
      case Pass _ -> {}
      case LeftAlone leftAlone -> draft.note(decided.rule(), leftAlone.reason());
      case Reject _ -> draft.note(decided.rule(), "a hosts file cannot refuse " + host);
      case Rewrite rewrite -> {
        String obstacle = targets.obstacle(rewrite);
        if (host.isAddress()) {
          draft.note(decided.rule(), host + " is an address, which is not looked up");
        } else if (obstacle != null) {
          draft.note(decided.rule(), obstacle);
        } else {
          for (InetAddress address : targets.of(rewrite)) {
            draft.line("%-15s %s".formatted(Address.text(address), host));
          }
        }
      }
    }
  }
}
