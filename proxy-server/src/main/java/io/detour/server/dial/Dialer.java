package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.io.File;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to targets on the event loop of the client that asked, without ever blocking it. How
 * hosts are resolved is said in the description of the package.
 *
 * <p>May be made and closed by any thread; {@link #dial} is called on an event loop of its
 * transport.
 */
public final class Dialer implements AutoCloseable {
  /** After so many connect timeouts no further address of a target is tried. */
  private static final int TIMEOUTS_PER_TARGET = 3;

  private static final Resolution NO_PARENT =
      new Resolution.Unresolved(
          DialError.PARENT_CONFIGURATION, "there is no parent proxy of this name", null);

  /** As long as {@code resolv.conf} has at most three servers, each is asked in time. */
  private static final int QUERIES_PER_TIMEOUT = 4;

  private final DialOptions options;
  private final Transport transport;
  private final OwnAddresses own;
  private final DnsNameResolverBuilder dns;
  private final ConcurrentMap<EventLoop, NameResolver> resolvers = new ConcurrentHashMap<>();

  /**
   * @param options how to resolve and connect
   * @param transport that of the event loops
   * @param own addresses that are never dialled; may be added to at any time
   */
  public Dialer(DialOptions options, Transport transport, OwnAddresses own) {
    this.options = options;
    this.transport = transport;
    this.own = own;
    // Settled here and not on the first dial, so that no event loop waits for resolv.conf.
    this.dns =
        new DnsNameResolverBuilder()
            .datagramChannelFactory(transport.datagrams())
            .socketChannelFactory(transport.sockets())
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .localAddress(null)
            .nameServerProvider(
                options.dnsServers().isEmpty()
                    ? new SystemDnsServers(new File("/etc/resolv.conf"))
                    : new SequentialDnsServerAddressStreamProvider(options.dnsServers()))
            .queryTimeoutMillis(options.dnsTimeout().toMillis() / QUERIES_PER_TIMEOUT)
            .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
            .searchDomains(List.of())
            .ndots(0)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
  }

  /**
   * Resolves a target and connects to the first of its addresses that answers. Each address is
   * tried for the connect timeout, in turn, for three connect timeouts in all.
   *
   * @param target where to; its host is looked up once
   * @param loop the current thread's event loop, on which everything happens
   * @param done told the result once, on {@code loop}, after this method has returned; never told
   *     after {@link Dial#cancel}
   * @return the handle to cancel it by
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  public Dial dial(HostPort target, EventLoop loop, Consumer<DialResult> done) {
    return dial(target, null, loop, done);
  }

  /**
   * The same through a parent proxy, which resolves the target and connects to it. The parent is
   * resolved and connected to like a target, but for one connect timeout in all: until the parent
   * has answered. What {@link DialResult} says of addresses is about the parent's.
   *
   * @param via the parent's name in {@link DialOptions#parents}, or null for none; if there is none
   *     of this name, the dial fails with {@link DialError#PARENT_CONFIGURATION}
   */
  public Dial dial(
      HostPort target, @Nullable String via, EventLoop loop, Consumer<DialResult> done) {
    requireOn(loop);
    Receiver<DialResult> receiver = Receiver.ofDial(done);
    if (via == null) {
      return connect(target, TIMEOUTS_PER_TARGET, loop, receiver);
    }
    Parent parent = options.parents().get(via);
    if (parent == null) {
      PendingDial dial = pendingDial(target, TIMEOUTS_PER_TARGET, loop, receiver);
      dial.start(NO_PARENT);
      return dial;
    }
    ParentDial dial =
        new ParentDial(parent, target, loop, options.connectTimeout().toNanos(), receiver);
    dial.start(this);
    return dial;
  }

  /**
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  static void requireOn(EventLoop loop) {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException(
          "loop: not that of " + Thread.currentThread() + " (expected: the current event loop)");
    }
  }

  /** How it resolves and connects. */
  DialOptions options() {
    return options;
  }

  /**
   * Connects without asking anybody.
   *
   * @param timeouts how many connect timeouts all addresses may take together
   */
  Dial connect(HostPort target, int timeouts, EventLoop loop, Receiver<DialResult> done) {
    PendingDial dial = pendingDial(target, timeouts, loop, done);
    Resolution known = withoutLookup(target.host());
    if (known != null) {
      dial.start(known);
    } else {
      dial.start(resolver(loop), target.host().name());
    }
    return dial;
  }

  private PendingDial pendingDial(
      HostPort target, int timeouts, EventLoop loop, Receiver<DialResult> done) {
    int connectTimeoutMillis = (int) options.connectTimeout().toMillis();
    return new PendingDial(
        target.port(), loop, transport, own, connectTimeoutMillis, timeouts, done);
  }

  /**
   * Looks a host up as {@link #dial} does, and leaves it at that.
   *
   * @param loop the current thread's event loop, on which everything happens
   * @param done told the answer once, on {@code loop}, within the DNS timeout; possibly before this
   *     method returns
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  public void resolve(Host host, EventLoop loop, Consumer<Resolution> done) {
    requireOn(loop);
    Resolution known = withoutLookup(host);
    if (known == null) {
      known = resolver(loop).resolve(host.name(), new PendingLookup(done));
    }
    if (known != null) {
      done.accept(known);
    }
  }

  private @Nullable Resolution withoutLookup(Host host) {
    if (host.isAddress()) {
      return new Resolution.Addresses(List.of(InetAddress.ofLiteral(host.name())));
    }
    List<InetAddress> addresses = options.hosts().get(host);
    return addresses != null
        ? new Resolution.Addresses(addresses)
        : ReservedNames.resolve(host.name());
  }

  private NameResolver resolver(EventLoop loop) {
    NameResolver resolver = resolvers.get(loop);
    return resolver != null ? resolver : resolvers.computeIfAbsent(loop, this::newResolver);
  }

  private NameResolver newResolver(EventLoop loop) {
    DnsNameResolver resolver =
        dns.copy().eventLoop(loop).resolveCache(new BoundedDnsCache()).build();
    return new NameResolver(loop, resolver, options.dnsTimeout().toNanos());
  }

  /**
   * Drops the resolvers and what they have cached. Dials that run go on to their end, within their
   * timeouts.
   */
  @Override
  public void close() {
    resolvers.values().forEach(NameResolver::close);
    resolvers.clear();
  }
}
