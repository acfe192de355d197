package io.detour.server.dns;

import io.detour.core.Host;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is asked for which names, and how. Any thread. */
final class NameService {
  /**
   * One query waits for a quarter of the timeout, so that each of the at most three servers of
   * {@code resolv.conf} is asked in time, and a lost datagram costs a quarter.
   */
  private static final int QUERIES_PER_TIMEOUT = 4;

  private final List<DnsServer> servers;
  private final ResolvConf.Options options;
  private final List<String> search;
  private final Ipv6 ipv6;
  private final long queryTimeoutMillis;

  /** Which server has the next turn, if they take turns. */
  private final AtomicInteger turn = new AtomicInteger();

  private NameService(
      List<InetSocketAddress> servers,
      ResolvConf.Options options,
      List<String> search,
      Ipv6 ipv6,
      long queryTimeoutMillis) {
    this.servers = servers.stream().map(DnsServer::new).toList();
    this.options = options;
    this.search = search;
    this.ipv6 = ipv6;
    this.queryTimeoutMillis = queryTimeoutMillis;
  }

  /** The options of {@code resolv.conf} are about its own servers, but for that of the names. */
  static NameService of(DnsOptions options, ResolvConf conf) {
    boolean own = !options.servers().isEmpty();
    ResolvConf.Options forServers = own ? conf.options().ofNames() : conf.options();
    long timeoutMillis = options.timeout().toMillis() / QUERIES_PER_TIMEOUT;
    if (forServers.timeoutSeconds() > 0) {
      timeoutMillis =
          Math.min(timeoutMillis, TimeUnit.SECONDS.toMillis(forServers.timeoutSeconds()));
    }
    return new NameService(
        own ? options.servers() : conf.servers(),
        forServers,
        options.search() ? conf.search() : List.of(),
        forServers.ipv6() ? options.ipv6() : Ipv6.OFF,
        timeoutMillis);
  }

  /**
   * The servers in the order in which a lookup asks them: those that are silent come last. At least
   * one.
   */
  List<DnsServer> inOrder() {
    int first = options.rotate() ? Math.floorMod(turn.getAndIncrement(), servers.size()) : 0;
    List<DnsServer> order = new ArrayList<>(servers.size());
    List<DnsServer> silent = new ArrayList<>(0);
    for (int i = 0; i < servers.size(); i++) {
      DnsServer server = servers.get((first + i) % servers.size());
      (server.isSilent() ? silent : order).add(server);
    }
    order.addAll(silent);
    return order;
  }

  /**
   * The complete names that a host may stand for, in the order in which they are asked for. A host
   * with a dot is one, and so is one that was written with the final dot.
   */
  List<String> candidates(Host host) {
    String name = host.name();
    if (search.isEmpty() || host.isAbsolute() || name.indexOf('.') >= 0) {
      return List.of(name);
    }
    List<String> candidates = new ArrayList<>(search.size() + 1);
    for (String domain : search) {
      if (name.length() + 1 + domain.length() <= Host.MAX_NAME) {
        candidates.add(name + '.' + domain);
      }
    }
    candidates.add(options.dots() == 0 ? 0 : candidates.size(), name);
    return candidates;
  }

  /** Whether UDP is not used. */
  boolean overTcp() {
    return options.tcp();
  }

  Ipv6 ipv6() {
    return ipv6;
  }

  long queryTimeoutMillis() {
    return queryTimeoutMillis;
  }
}
