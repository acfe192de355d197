package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.server.dial.AddressOrder;
import io.netty.resolver.HostsFileEntriesProvider;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hosts whose addresses are known without asking anybody: addresses, the static entries, names that
 * a standard settles, and the hosts file. Immutable; any thread.
 */
public final class KnownHosts {
  private final Map<Host, List<InetAddress>> entries;
  private final Ipv6 use;
  private final Map<String, List<InetAddress>> fileIpv4;
  private final Map<String, List<InetAddress>> fileIpv6;

  /**
   * @param entries the operator's
   * @param file {@code /etc/hosts} as it is now
   */
  public KnownHosts(Map<Host, List<InetAddress>> entries, Ipv6 use, HostsFileEntriesProvider file) {
    this.entries = entries;
    this.use = use;
    this.fileIpv4 = file.ipv4Entries();
    this.fileIpv6 = use == Ipv6.OFF ? Map.of() : file.ipv6Entries();
  }

  /** Whether the operator has said where the host is, and no policy is to say otherwise. */
  public boolean isEntry(Host host) {
    return entries.containsKey(host);
  }

  /** Where a host is, or null if DNS has to be asked. */
  @Nullable
  public Resolution resolve(Host host) {
    if (host.isAddress()) {
      return new Resolution.Addresses(List.of(InetAddress.ofLiteral(host.name())));
    }
    List<InetAddress> given = entries.get(host);
    if (given != null) {
      return new Resolution.Addresses(given);
    }
    Resolution reserved = ReservedNames.resolve(host.name(), use);
    return reserved != null ? reserved : inFile(host.name());
  }

  private @Nullable Resolution inFile(String name) {
    List<InetAddress> addresses = new ArrayList<>(fileIpv4.getOrDefault(name, List.of()));
    addresses.addAll(fileIpv6.getOrDefault(name, List.of()));
    return addresses.isEmpty()
        ? null
        : new Resolution.Addresses(AddressOrder.inTurn(addresses, use));
  }
}
