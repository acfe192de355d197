package io.detour.config;

import io.detour.core.Host;
import io.detour.server.dns.Ipv6;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code resolver} of the configuration says. Immutable.
 *
 * @param servers DNS servers, asked in this order; none for those of this machine
 * @param hosts addresses of names that are not looked up, in the order they are tried
 * @param search whether names without a dot are looked up in the search domains of this machine
 * @param ipv6 what becomes of IPv6 addresses
 */
public record ResolverOptions(
    List<InetSocketAddress> servers,
    Map<Host, List<InetAddress>> hosts,
    boolean search,
    Ipv6 ipv6) {
  /** Copies the collections and keeps their order. */
  public ResolverOptions {
    servers = List.copyOf(servers);
    hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
  }

  /** What this machine says, IPv6 first, and no search domains. */
  public static ResolverOptions defaults() {
    return new ResolverOptions(List.of(), Map.of(), false, Ipv6.PREFER);
  }
}
