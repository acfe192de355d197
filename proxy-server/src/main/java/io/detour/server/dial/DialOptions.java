package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.dns.Ipv6;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How targets are resolved and connected to. Immutable; any thread.
 *
 * @param dnsTimeout the longest a lookup takes, over all servers and retries: 10 ms to 1 h
 * @param connectTimeout the longest one address is tried: 1 ms to 1 h
 * @param dnsServers the servers to ask, in this order; empty for those of {@code /etc/resolv.conf}
 * @param hosts addresses of names that are not looked up, in the order they are tried; a name with
 *     at least one address. They are the operator's word: {@code destinations} does not judge them
 * @param search whether names are completed by the search domains of {@code /etc/resolv.conf}
 * @param ipv6 which family is asked for and tried first
 * @param destinations which addresses may be connected to
 * @param parents the parent proxies by their names, in the order of the configuration
 * @param pseudonym what this proxy calls itself in {@code Via} when it asks an HTTP parent (RFC
 *     9110 7.6.3), or null to send no such field
 */
public record DialOptions(
    Duration dnsTimeout,
    Duration connectTimeout,
    List<InetSocketAddress> dnsServers,
    Map<Host, List<InetAddress>> hosts,
    boolean search,
    Ipv6 ipv6,
    DestinationPolicy destinations,
    Map<String, Parent> parents,
    @Nullable String pseudonym) {
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

  /**
   * 5 s for DNS, 10 s for an address, the system's servers, IPv6 first, every address permitted; no
   * static host, search domain, parent or pseudonym.
   */
  public static DialOptions defaults() {
    return new DialOptions(
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        List.of(),
        Map.of(),
        false,
        Ipv6.PREFER,
        DestinationPolicy.everything(),
        Map.of(),
        null);
  }

  /** The same with another DNS timeout. */
  public DialOptions withDnsTimeout(Duration other) {
    return new DialOptions(
        other, connectTimeout, dnsServers, hosts, search, ipv6, destinations, parents, pseudonym);
  }

  /** The same with another connect timeout. */
  public DialOptions withConnectTimeout(Duration other) {
    return new DialOptions(
        dnsTimeout, other, dnsServers, hosts, search, ipv6, destinations, parents, pseudonym);
  }

  /** The same with other DNS servers. */
  public DialOptions withDnsServers(List<InetSocketAddress> other) {
    return new DialOptions(
        dnsTimeout, connectTimeout, other, hosts, search, ipv6, destinations, parents, pseudonym);
  }

  /** The same with other static hosts. */
  public DialOptions withHosts(Map<Host, List<InetAddress>> other) {
    return new DialOptions(
        dnsTimeout,
        connectTimeout,
        dnsServers,
        other,
        search,
        ipv6,
        destinations,
        parents,
        pseudonym);
  }

  /** The same with search domains or without. */
  public DialOptions withSearch(boolean other) {
    return new DialOptions(
        dnsTimeout,
        connectTimeout,
        dnsServers,
        hosts,
        other,
        ipv6,
        destinations,
        parents,
        pseudonym);
  }

  /** The same with another use of IPv6. */
  public DialOptions withIpv6(Ipv6 other) {
    return new DialOptions(
        dnsTimeout,
        connectTimeout,
        dnsServers,
        hosts,
        search,
        other,
        destinations,
        parents,
        pseudonym);
  }

  /** The same with another policy. */
  public DialOptions withDestinations(DestinationPolicy other) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, search, ipv6, other, parents, pseudonym);
  }

  /** The same with other parent proxies. */
  public DialOptions withParents(Map<String, Parent> other) {
    return new DialOptions(
        dnsTimeout,
        connectTimeout,
        dnsServers,
        hosts,
        search,
        ipv6,
        destinations,
        other,
        pseudonym);
  }

  /** The same under a name for this proxy. */
  public DialOptions withPseudonym(String other) {
    return new DialOptions(
        dnsTimeout, connectTimeout, dnsServers, hosts, search, ipv6, destinations, parents, other);
  }
}
