package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.server.account.DialCounts;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.resolver.dns.UnixResolverDnsServerAddressStreamProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where hosts are: what is known without a query, and the resolver of each event loop, made when it
 * is first used. Any thread.
 *
 * <p>Of Netty's resolver only the queries are used, with TCP for answers that do not fit a datagram
 * (RFC 7766). What it makes of answers gives both families at once or not at all, asks every server
 * again about a name that does not exist, and forgets how long an alias holds.
 */
public final class Resolvers implements AutoCloseable {
  /**
   * One query waits for a quarter of the timeout, so that each of the at most three servers of
   * {@code resolv.conf} is asked in time, and a lost datagram costs a quarter.
   */
  private static final int QUERIES_PER_TIMEOUT = 4;

  final DnsOptions options;
  final DnsServerAddressStreamProvider servers;
  final SearchDomains search;
  final DialCounts statistics;

  private final StaticHosts known;
  private final DnsNameResolverBuilder dns;
  private final ConcurrentMap<EventLoop, NameResolver> resolvers = new ConcurrentHashMap<>();

  /** Reads {@code /etc/hosts} and {@code resolv.conf}, so that no event loop does. */
  public Resolvers(
      DnsOptions options, Transport transport, File resolvConf, DialCounts statistics) {
    this.options = options;
    this.statistics = statistics;
    this.known =
        new StaticHosts(
            options, HostsFileEntriesProvider.parser().parseSilently(StandardCharsets.UTF_8));
    this.search = options.search() ? SearchDomains.read(resolvConf) : SearchDomains.NONE;
    this.servers =
        options.servers().isEmpty()
            ? new SystemDnsServers(resolvConf)
            : new SequentialDnsServerAddressStreamProvider(options.servers());
    // A socket, and so a source port, of its own for each query (RFC 5452 9.2).
    this.dns =
        new DnsNameResolverBuilder()
            .datagramChannelFactory(transport.datagrams())
            .socketChannelFactory(transport.sockets())
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .localAddress(null)
            .nameServerProvider(servers)
            .queryTimeoutMillis(options.timeout().toMillis() / QUERIES_PER_TIMEOUT)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
  }

  /** Whether the configuration says where the host is, so that no policy judges its addresses. */
  public boolean isEntry(Host host) {
    return known.isEntry(host);
  }

  /** Where a host is as far as that is known without a query, or null. */
  public @Nullable Resolution known(Host host) {
    return known.resolve(host);
  }

  public NameResolver of(EventLoop loop) {
    NameResolver resolver = resolvers.get(loop);
    return resolver != null
        ? resolver
        : resolvers.computeIfAbsent(
            loop, each -> new NameResolver(each, dns.copy().eventLoop(each).build(), this));
  }

  /** Drops the resolvers and what they have cached. Lookups that run go on to their end. */
  @Override
  public void close() {
    resolvers.values().forEach(NameResolver::close);
    resolvers.clear();
  }

  /**
   * The DNS servers of {@code resolv.conf}, read again when the last reading is some time old: the
   * servers change when the machine joins another network.
   *
   * <p>Without a server in the file the one on this machine is asked (resolv.conf(5)). Netty's own
   * default would ask a public server instead. Any thread.
   */
  static final class SystemDnsServers implements DnsServerAddressStreamProvider {
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final File file;

    /** Written by the thread that finds it too old; two may do so at once, which is harmless. */
    private volatile Reading reading;

    SystemDnsServers(File file) {
      this.file = file;
      this.reading = read(file);
    }

    @Override
    public DnsServerAddressStream nameServerAddressStream(String hostname) {
      if (System.nanoTime() - reading.nanoTime > REFRESH_NANOS) {
        reading = read(file);
      }
      return reading.servers.nameServerAddressStream(hostname);
    }

    private static Reading read(File file) {
      DnsServerAddressStreamProvider servers;
      try {
        servers = new UnixResolverDnsServerAddressStreamProvider(file);
      } catch (IOException | IllegalArgumentException e) {
        servers =
            new SequentialDnsServerAddressStreamProvider(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53));
      }
      return new Reading(servers, System.nanoTime());
    }

    private record Reading(DnsServerAddressStreamProvider servers, long nanoTime) {}
  }
}
