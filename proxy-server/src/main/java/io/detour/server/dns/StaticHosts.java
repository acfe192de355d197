package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.server.dns.Resolution.Addresses;
import io.detour.server.dns.Resolution.Unresolved;
import io.detour.server.status.DialError;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hosts whose addresses are known without a query, from the first of these that knows the host:
 *
 * <ol>
 *   <li>The host is an address.
 *   <li>The static entries of {@link DnsOptions#hosts}.
 *   <li>{@code localhost} and names below it are the loopback addresses, {@code .invalid} and
 *       {@code .onion} do not exist (RFC 6761 6.3 and 6.4, RFC 7686 2).
 *   <li>{@code /etc/hosts}.
 * </ol>
 *
 * Any thread.
 */
final class StaticHosts {
  private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

  private static final Resolution INVALID =
      new Unresolved(DialError.DNS_ERROR, "names in .invalid do not exist", "NXDOMAIN");

  private static final Resolution ONION =
      new Unresolved(DialError.DNS_ERROR, "names in .onion are not looked up in DNS", "NXDOMAIN");

  private final Map<Host, List<InetAddress>> entries;
  private final List<InetAddress> loopback;
  private final SystemNames system;
  private final boolean ipv4Only;

  StaticHosts(DnsOptions options, SystemNames system) {
    this.entries = options.hosts();
    this.system = system;
    this.ipv4Only = options.ipv6() == Ipv6.OFF;
    this.loopback = ipv4Only ? List.of(LOOPBACK_4) : List.of(LOOPBACK_4, LOOPBACK_6);
  }

  boolean isEntry(Host host) {
    return entries.containsKey(host);
  }

  /** Where a host is, or null if DNS has to be asked. */
  @Nullable Resolution resolve(Host host) {
    if (host.isAddress()) {
      return new Addresses(List.of(InetAddress.ofLiteral(host.name())));
    }
    List<InetAddress> given = entries.get(host);
    if (given != null) {
      return new Addresses(given);
    }
    Resolution reserved = reserved(host.name());
    return reserved != null ? reserved : inFile(host.name());
  }

  private @Nullable Resolution reserved(String name) {
    if (isWithin(name, "localhost")) {
      return new Addresses(loopback);
    }
    if (isWithin(name, "invalid")) {
      return INVALID;
    }
    return isWithin(name, "onion") ? ONION : null;
  }

  private static boolean isWithin(String name, String topLevel) {
    int before = name.length() - topLevel.length() - 1;
    return name.endsWith(topLevel) && (before < 0 || name.charAt(before) == '.');
  }

  private @Nullable Resolution inFile(String name) {
    List<InetAddress> addresses = system.hosts().getOrDefault(name, List.of());
    if (ipv4Only) {
      addresses = addresses.stream().filter(Inet4Address.class::isInstance).toList();
    }
    return addresses.isEmpty() ? null : new Addresses(addresses);
  }
}
