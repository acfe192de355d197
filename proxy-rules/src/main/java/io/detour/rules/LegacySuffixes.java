package io.detour.rules;

import io.detour.core.Host;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Domains that are being given up, with or without a rule. Immutable. */
final class LegacySuffixes {
  private final List<HostMatcher.Suffix> all;
  private final DomainTable<HostMatcher.Suffix> table;

  /**
   * @param all each domain once
   */
  LegacySuffixes(List<HostMatcher.Suffix> all) {
    this.all = List.copyOf(all);
    this.table =
        new DomainTable<>(this.all, suffix -> suffix.domain().name(), (first, again) -> first);
  }

  /** In the order of the file. */
  List<HostMatcher.Suffix> all() {
    return all;
  }

  /** The longest that a host has, or null. Allocates nothing. */
  HostMatcher.@Nullable Suffix longest(Host host) {
    String name = host.name();
    HostMatcher.Suffix longest = null;
    int hash = 0;
    int labels = table.mostLabels();
    for (int at = name.length() - 1; at >= 0 && labels > 0; at--) {
      hash = DomainTable.extended(hash, name.charAt(at));
      if (at == 0 || name.charAt(at - 1) == '.') {
        labels--;
        HostMatcher.Suffix suffix = table.find(name, at, hash);
        if (suffix != null && (at > 0 || suffix.withApex())) {
          longest = suffix;
        }
      }
    }
    return longest;
  }
}
