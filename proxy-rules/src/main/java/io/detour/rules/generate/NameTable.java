package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NamePattern;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.NameRules.NameRule;
import io.detour.rules.generate.PortableRegex.RegexTail;
import io.detour.rules.host.Captures;
import io.detour.rules.host.DomainTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules looked at name by name. Immutable once made. */
final class NameTable {
  private static final NameEffect UNMATCHED_PASS = new NameEffect.Pass();
  private static final NameEffect UNMATCHED_REJECT = new NameEffect.Reject();

  private final boolean unmatchedRejected;
  private final List<Item> items = new ArrayList<>();

  /** The first item of a name, of a domain, and all that are expressions, by their place. */
  private final Map<Host, Integer> exact = new LinkedHashMap<>();

  private final Map<String, Integer> below = new HashMap<>();
  private final List<Integer> regexes = new ArrayList<>();

  /** A pattern of a rule. */
  record Item(NameRule rule, NamePattern pattern) {}

  /** What becomes of one name, its target filled in, and the rule's name, or an empty one. */
  record Decided(String rule, NameEffect effect) {}

  NameTable(NameRules rules) {
    unmatchedRejected = rules.unmatchedRejected();
    for (NameRule rule : rules.rules()) {
      for (NamePattern pattern : rule.patterns()) {
        switch (pattern) {
          case Exact(Host host) -> exact.putIfAbsent(host, items.size());
          case Below(Host domain) -> below.putIfAbsent(domain.name(), items.size());
          case Regex _ -> regexes.add(items.size());
        }
        items.add(new Item(rule, pattern));
      }
    }
  }

  List<Item> items() {
    return items;
  }

  /** The names and addresses that patterns are for alone, in order. */
  Set<Host> exactHosts() {
    return exact.keySet();
  }

  /** The patterns of many names, in order, without those that an earlier domain covers. */
  List<Item> deciding() {
    DomainSet earlier = new DomainSet();
    List<Item> deciding = new ArrayList<>();
    for (Item item : items) {
      switch (item.pattern()) {
        case Exact _ -> {}
        case Below(Host domain) -> {
          if (!earlier.covers(domain)) {
            earlier.add(domain);
            deciding.add(item);
          }
        }
        case Regex(var expression) -> {
          Host tail = RegexTail.domain(expression.pattern());
          if (tail == null || !earlier.covers(tail)) {
            deciding.add(item);
          }
        }
      }
    }
    return deciding;
  }

  /** What becomes of a name, by the first rule that matches it. */
  Decided decide(Host host) {
    int first = exact.getOrDefault(host, items.size());
    if (!host.isAddress()) {
      for (String domain : DomainTable.above(host.name())) {
        first = Math.min(first, below.getOrDefault(domain, items.size()));
      }
    }
    for (int regex : regexes) {
      if (regex < first && items.get(regex).pattern().match(host) != null) {
        first = regex;
      }
    }
    return first == items.size()
        ? new Decided("", unmatchedRejected ? UNMATCHED_REJECT : UNMATCHED_PASS)
        : decided(items.get(first), host);
  }

  private static Decided decided(Item item, Host host) {
    NameEffect effect = item.rule().effect();
    Captures captures = item.pattern().match(host);
    if (effect instanceof NameEffect.Rewrite rewrite && captures != null) {
      NameEffect filled = rewrite.fill(host, captures);
      effect =
          filled != null ? filled : new NameEffect.LeftAlone("its target makes no host of " + host);
    }
    return new Decided(item.rule().name(), effect);
  }

  /** Domains, each of which stands for the names below it. One thread. */
  static final class DomainSet {
    private final Set<String> domains = new HashSet<>();
    private final Set<String> ancestors = new HashSet<>();

    void add(Host domain) {
      if (domains.add(domain.name())) {
        ancestors.addAll(DomainTable.above(domain.name()));
      }
    }

    /** Whether a name is below a member. */
    boolean contains(Host host) {
      return !host.isAddress() && hasAncestorOf(host.name());
    }

    /** Whether all names below a domain are below a member. */
    boolean covers(Host domain) {
      return domains.contains(domain.name()) || hasAncestorOf(domain.name());
    }

    /** Whether a name below a domain may be below a member. */
    boolean overlaps(Host domain) {
      return covers(domain) || ancestors.contains(domain.name());
    }

    private boolean hasAncestorOf(String name) {
      return DomainTable.above(name).stream().anyMatch(domains::contains);
    }
  }
}
