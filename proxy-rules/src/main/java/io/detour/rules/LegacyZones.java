package io.detour.rules;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is being given up, with or without a rule: requests for it are reported when no rule
 * matches. Immutable.
 */
public final class LegacyZones {
  /** So many are looked through one by one. */
  public static final int MAX_NETWORKS = 100;

  public static final LegacyZones NONE = new LegacyZones(List.of(), List.of());

  private final List<HostMatcher.Suffix> suffixes;
  private final DomainTable<HostMatcher.Suffix> domains;

  private final List<LegacyZone.Network> networks;

  /** The smallest first, since it is the one that is meant. */
  private final LegacyZone.Network[] narrowestFirst;

  /** Each domain and each subnet once. */
  public LegacyZones(List<HostMatcher.Suffix> suffixes, List<LegacyZone.Network> networks) {
    this.suffixes = List.copyOf(suffixes);
    this.domains =
        new DomainTable<>(this.suffixes, suffix -> suffix.domain().name(), (first, again) -> first);
    this.networks = List.copyOf(networks);
    this.narrowestFirst =
        this.networks.stream()
            .sorted(
                Comparator.comparingInt(
                    (LegacyZone.Network network) -> -network.subnet().prefixLength()))
            .toArray(LegacyZone.Network[]::new);
  }

  public List<HostMatcher.Suffix> suffixes() {
    return suffixes;
  }

  /** Suffixes and networks in the order of the rule files. */
  public List<LegacyZone> all() {
    return Stream.<LegacyZone>concat(suffixes.stream(), networks.stream()).toList();
  }

  /**
   * The longest suffix that a name has, or the smallest network that an address is in; null if
   * there is none. Of interest when no rule matches. Allocates nothing for a name.
   */
  public @Nullable LegacyZone find(Host host) {
    return host.isAddress() ? network(host) : longestSuffix(host.name());
  }

  private @Nullable LegacyZone network(Host host) {
    if (narrowestFirst.length > 0) {
      Address address = Address.of(host);
      for (LegacyZone.Network network : narrowestFirst) {
        if (network.subnet().contains(address)) {
          return network;
        }
      }
    }
    return null;
  }

  private @Nullable LegacyZone longestSuffix(String name) {
    HostMatcher.Suffix longest = null;
    int hash = 0;
    int labels = domains.mostLabels();
    for (int at = name.length() - 1; at >= 0 && labels > 0; at--) {
      hash = DomainTable.extended(hash, name.charAt(at));
      if (at == 0 || name.charAt(at - 1) == '.') {
        labels--;
        HostMatcher.Suffix suffix = domains.find(name, at, hash);
        if (suffix != null && (at > 0 || suffix.withApex())) {
          longest = suffix;
        }
      }
    }
    return longest;
  }
}
