package io.detour.server.dns;

import io.detour.server.account.DialCounts;
import io.detour.server.dial.DialOptions;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.io.File;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The resolver of each event loop, made when it is first used. Any thread.
 *
 * <p>Of Netty's resolver only the queries are used: sockets, identifiers, timeouts and TCP. What it
 * makes of the answers gives both families at once or not at all, asks every server again about a
 * name that does not exist, and forgets how long an alias holds.
 */
public final class Resolvers implements AutoCloseable {
  /** As long as {@code resolv.conf} has at most three servers, each is asked in time. */
  private static final int QUERIES_PER_TIMEOUT = 4;

  private final DialOptions options;
  private final DnsServerAddressStreamProvider servers;
  private final SearchDomains search;
  private final DnsNameResolverBuilder dns;
  private final DialCounts statistics;
  private final ConcurrentMap<EventLoop, NameResolver> resolvers = new ConcurrentHashMap<>();

  /**
   * Reads the file, so that no event loop does when it first looks up a name.
   *
   * @param resolvConf as resolv.conf(5) describes it
   * @param statistics counts the lookups
   */
  public Resolvers(
      DialOptions options, Transport transport, File resolvConf, DialCounts statistics) {
    this.options = options;
    this.statistics = statistics;
    this.search = options.search() ? SearchDomains.read(resolvConf) : SearchDomains.NONE;
    this.servers =
        options.dnsServers().isEmpty()
            ? new SystemDnsServers(resolvConf)
            : new SequentialDnsServerAddressStreamProvider(options.dnsServers());
    this.dns =
        new DnsNameResolverBuilder()
            .datagramChannelFactory(transport.datagrams())
            .socketChannelFactory(transport.sockets())
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .localAddress(null)
            .nameServerProvider(servers)
            .queryTimeoutMillis(options.dnsTimeout().toMillis() / QUERIES_PER_TIMEOUT)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
  }

  public NameResolver of(EventLoop loop) {
    NameResolver resolver = resolvers.get(loop);
    return resolver != null ? resolver : resolvers.computeIfAbsent(loop, this::newResolver);
  }

  private NameResolver newResolver(EventLoop loop) {
    DnsNameResolver queries = dns.copy().eventLoop(loop).build();
    return new NameResolver(
        loop, queries, servers, search, options.ipv6(), options.dnsTimeout().toNanos(), statistics);
  }

  /** Drops the resolvers and what they have cached. Lookups that run go on to their end. */
  @Override
  public void close() {
    resolvers.values().forEach(NameResolver::close);
    resolvers.clear();
  }
}
