package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.server.access.DestinationPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How targets are resolved and connected to. Immutable; any thread.
 *
 * @param dnsTimeout the longest a lookup takes, over all servers and retries: 10 ms to 1 h
 * @param connectTimeout the longest one address is tried: 1 ms to 1 h
 * @param dnsServers the servers to ask, in this order; empty for those of {@code /etc/resolv.conf}
 * @param hosts addresses of names that are not looked up, in the order they are tried; a name with
 *     at least one address
 * @param parents the parent proxies by their names, in the order of the configuration
 * @param destinations addresses that may be connected to
 * @param search whether names without a dot are looked up in the search domains of this machine
 * @param ipv6 what becomes of IPv6 addresses
 */
public record DialOptions(
    Duration dnsTimeout,
    Duration connectTimeout,
    List<InetSocketAddress> dnsServers,
    Map<Host, List<InetAddress>> hosts,
    Map<String, Parent> parents,
    DestinationPolicy destinations,
    boolean search,
    Ipv6 ipv6) {
  private static final Duration MAX_TIMEOUT = Duration.ofHours(1);

  /**
   * @throws IllegalArgumentException if a timeout is out of range, a server is not resolved or a
   *     host has no address
   */
  public DialOptions {
    requireTimeout("dnsTimeout", dnsTimeout, Duration.ofMillis(10));
    requireTimeout("connectTimeout", connectTimeout, Duration.ofMillis(1));
    dnsServers = List.copyOf(dnsServers);
    for (InetSocketAddress server : dnsServers) {
      if (server.isUnresolved()) {
        throw new IllegalArgumentException("dnsServers: " + server + " (expected: an address)");
      }
    }
    Map<Host, List<InetAddress>> copy = new HashMap<>();
    hosts.forEach(
        (host, addresses) -> {
          if (addresses.isEmpty()) {
            throw new IllegalArgumentException("hosts: " + host + " (expected: an address)");
          }
          copy.put(host, List.copyOf(addresses));
        });
    hosts = Map.copyOf(copy);
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
  }

  private static void requireTimeout(String name, Duration timeout, Duration min) {
    if (timeout.compareTo(min) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          name + ": " + timeout + " (expected: " + min + ".." + MAX_TIMEOUT + ")");
    }
  }

  /** 5 s for DNS, 10 s for an address, the system's servers, no static host, no parent. */
  public static DialOptions defaults() {
    return new DialOptions(
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        List.of(),
        Map.of(),
        Map.of(),
        DestinationPolicy.everything(),
        false,
        Ipv6.PREFER);
  }

  /** The same with another DNS timeout. */
  public DialOptions withDnsTimeout(Duration timeout) {
    return new DialOptions(
        timeout, connectTimeout, dnsServers, hosts, parents, destinations, search, ipv6);
  }

  /** The same with another connect timeout. */
  public DialOptions withConnectTimeout(Duration timeout) {
    return new DialOptions(
        dnsTimeout, timeout, dnsServers, hosts, parents, destinations, search, ipv6);
  }

  /** The same with other DNS servers. */
  public DialOptions withDnsServers(List<InetSocketAddress> servers) {
    return new DialOptions(
        dnsTimeout, connectTimeout, servers, hosts, parents, destinations, search, ipv6);
  }

  /** The same with other static hosts. */
  public DialOptions withHosts(Map<Host, List<InetAddress>> entries) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, entries, parents, destinations, search, ipv6);
  }

  /** The same with other parent proxies. */
  public DialOptions withParents(Map<String, Parent> others) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, others, destinations, search, ipv6);
  }

  /** The same with other addresses that may be connected to. */
  public DialOptions withDestinations(DestinationPolicy others) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, parents, others, search, ipv6);
  }

  /** The same with or without search domains. */
  public DialOptions withSearch(boolean other) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, parents, destinations, other, ipv6);
  }

  /** The same with another use of IPv6. */
  public DialOptions withIpv6(Ipv6 other) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, parents, destinations, search, other);
  }
}
