package io.detour.server.dns;

import io.detour.core.Host;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How names are resolved. Immutable; any thread.
 *
 * @param timeout the longest a lookup takes, over all servers and retries: 10 ms to 1 h
 * @param servers the servers to ask, in this order; empty for those of {@code /etc/resolv.conf}
 * @param hosts addresses of names that are not looked up, in the order they are tried; a name with
 *     at least one address
 * @param search whether names without a dot are completed by the search domains of {@code
 *     /etc/resolv.conf}
 * @param ipv6 which family is asked for and tried first
 * @param sockets how many each event loop may have open for queries, 1 or more; those beyond wait
 */
public record DnsOptions(
    Duration timeout,
    List<InetSocketAddress> servers,
    Map<Host, List<InetAddress>> hosts,
    boolean search,
    Ipv6 ipv6,
    int sockets) {
  /**
   * @throws IllegalArgumentException if the timeout or the number of sockets is out of range, a
   *     server is not resolved or a host has no address
   */
  public DnsOptions {
    requireTimeout("dnsTimeout", timeout, Duration.ofMillis(10));
    if (sockets < 1) {
      throw new IllegalArgumentException("sockets: " + sockets + " (expected: 1..)");
    }
    servers = List.copyOf(servers);
    for (InetSocketAddress server : servers) {
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
  }

  /** The same with another number of sockets. */
  public DnsOptions withSockets(int other) {
    return new DnsOptions(timeout, servers, hosts, search, ipv6, other);
  }

  /**
   * Throws IllegalArgumentException if a timeout is shorter than {@code min} or longer than 1 h.
   */
  public static void requireTimeout(String name, Duration timeout, Duration min) {
    Duration max = Duration.ofHours(1);
    if (timeout.compareTo(min) < 0 || timeout.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + ": " + timeout + " (expected: " + min + ".." + max + ")");
    }
  }
}
