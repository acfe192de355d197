package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.server.account.DialCounts;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where hosts are: what is known without a query, and the resolver of each event loop, made when it
 * is first used. Any thread.
 */
public final class Resolvers implements AutoCloseable {
  final DnsOptions options;
  final DialCounts statistics;

  private final Transport transport;
  private final LongSupplier nanoTime;
  private final SystemNames system;
  private final StaticHosts known;
  private final ConcurrentMap<EventLoop, NameResolver> resolvers = new ConcurrentHashMap<>();

  /**
   * For the files that {@code system} reads, which is not closed with this.
   *
   * @param nanoTime a monotonic clock
   */
  public Resolvers(
      DnsOptions options,
      Transport transport,
      SystemNames system,
      DialCounts statistics,
      LongSupplier nanoTime) {
    this.options = options;
    this.transport = transport;
    this.statistics = statistics;
    this.nanoTime = nanoTime;
    this.system = system;
    this.known = new StaticHosts(options, system);
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
    return resolver != null ? resolver : resolvers.computeIfAbsent(loop, this::resolver);
  }

  private NameResolver resolver(EventLoop loop) {
    return new NameResolver(loop, transport, nanoTime, this);
  }

  /** Who is asked now. */
  NameService service() {
    return system.service();
  }

  /** Drops the resolvers and what they have cached. Lookups that run go on to their end. */
  @Override
  public void close() {
    resolvers.clear();
  }
}
