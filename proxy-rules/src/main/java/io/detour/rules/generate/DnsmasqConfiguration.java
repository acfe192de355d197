package io.detour.rules.generate;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.NameRules.NameRule;
import io.detour.rules.generate.NameTable.DomainSet;
import io.detour.rules.generate.TargetNames.TargetAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lines for {@code dnsmasq.conf}, from version 2.86 on (dnsmasq(8)).
 *
 * <p>{@code host-record} answers for one name, {@code address} for a domain ({@code /d/}) or what
 * is below ({@code /*.d/}); {@code server} with {@code #} leaves names alone. The longest domain
 * wins. A {@code cname} can lead only to names that dnsmasq itself has, hence the addresses.
 */
public final class DnsmasqConfiguration {
  private final Draft draft;
  private final NameTable table;
  private final TargetAddresses targets;

  /** Domains that names are answered in, and single names that their line answers for, too. */
  private final DomainSet answered = new DomainSet();

  private final Set<Host> answeredApexes = new HashSet<>();

  private DnsmasqConfiguration(NameRules rules, Map<Host, List<InetAddress>> addresses) {
    draft = new Draft("dnsmasq", rules, "#");
    table = new NameTable(rules);
    targets = new TargetAddresses(addresses);
  }

  /** Writes the lines; a target whose addresses are not given cannot be written. */
  public static Generated of(NameRules rules, Map<Host, List<InetAddress>> addresses) {
    return new DnsmasqConfiguration(rules, addresses).write();
  }

  private Generated write() {
    draft.noteCaveats();
    draft.comment("For an address family that a target lacks, dnsmasq asks upstream.");
    draft.noteUnmatched();
    List<NameTable.Item> leftAlone = new ArrayList<>();
    for (NameTable.Item item : table.deciding()) {
      switch (item.pattern()) {
        case Exact _ -> {}
        case Regex _ ->
            draft.note(item.rule().name(), "a regex: the rules behind it decide on its names");
        case Below(Host domain) -> {
          if (!domain(item.rule(), domain)) {
            leftAlone.add(item);
          }
        }
      }
    }
    for (NameTable.Item item : leftAlone) {
      if (item.pattern() instanceof Below(Host domain) && answered.covers(domain)) {
        leaveAlone(domain);
      }
    }
    table.exactHosts().forEach(this::name);
    return draft.finish();
  }

  /** Whether names below a domain are answered by dnsmasq. */
  private boolean domain(NameRule rule, Host domain) {
    List<String> answers = answers(rule.name(), rule.effect());
    if (answers.isEmpty()) {
      return false;
    }
    boolean apexToo =
        table.decide(domain).equals(new NameTable.Decided(rule.name(), rule.effect()));
    if (apexToo) {
      answeredApexes.add(domain);
    }
    answered.add(domain);
    for (String answer : answers) {
      draft.line("address=/" + (apexToo ? "" : "*.") + domain + "/" + answer);
    }
    return true;
  }

  /** What stands behind {@code address=/…/}; an empty text refuses a name. */
  private List<String> answers(String rule, NameEffect effect) {
    return switch (effect) {
      case Pass _ -> List.of();
      case LeftAlone leftAlone -> {
        draft.note(rule, leftAlone.reason());
        yield List.of();
      }
      case Reject _ -> List.of("");
      case Rewrite rewrite -> {
        String obstacle = targets.obstacle(rewrite);
        if (obstacle != null) {
          draft.note(rule, obstacle + ": its names are left alone");
        }
        yield obstacle != null
            ? List.of()
            : targets.of(rewrite).stream().map(Address::text).toList();
      }
    };
  }

  private void leaveAlone(Host domain) {
    boolean apexToo = isLeftAlone(table.decide(domain).effect());
    draft.line("server=/" + (apexToo ? "" : "*.") + domain + "/#");
    if (apexToo) {
      answeredApexes.add(domain);
    }
  }

  private boolean isLeftAlone(NameEffect effect) {
    return switch (effect) {
      case Pass _, LeftAlone _ -> true;
      case Reject _ -> false;
      case Rewrite rewrite -> targets.obstacle(rewrite) != null;
    };
  }

  private void name(Host host) {
    NameTable.Decided decided = table.decide(host);
    if (host.isAddress()) {
      draft.note(decided.rule(), host + " is an address, which is not looked up");
      return;
    }
    if (answeredApexes.contains(host)) {
      return;
    }
    List<String> answers = answers(decided.rule(), decided.effect());
    if (!answers.isEmpty() && decided.effect() instanceof Reject) {
      draft.line("address=/" + host + "/");
      draft.note(decided.rule(), "names below " + host + " are refused, too");
    } else if (!answers.isEmpty()) {
      answers.forEach(answer -> draft.line("host-record=" + host + "," + answer));
    } else if (answered.contains(host)) {
      draft.line("server=/" + host + "/#");
      draft.note(decided.rule(), "names below " + host + " are left alone, too");
    }
  }
}
