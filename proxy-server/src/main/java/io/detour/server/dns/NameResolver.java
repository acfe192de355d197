package io.detour.server.dns;

import io.detour.server.account.DialCounts;
import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up for one event loop: in the cache and in DNS. Dials of one name that wait at the
 * same time share a lookup. Only that loop may call it, but for {@link #close}.
 */
public final class NameResolver {
  static final Resolution.Unresolved NO_SUCH_NAME =
      new Resolution.Unresolved(DialError.DNS_ERROR, "the host does not exist", "NXDOMAIN");

  private final EventLoop loop;
  private final DnsNameResolver dns;
  private final DnsServerAddressStreamProvider servers;
  private final SearchDomains search;
  private final Ipv6 use;
  private final long timeoutNanos;
  private final DialCounts statistics;
  private final AddressCache cache = new AddressCache();
  private final Map<String, NameLookup> lookups = new HashMap<>();

  /** Somebody who waits for answers. */
  public interface Waiting {
    /** The lookup that runs. More is told, unless this one leaves it before. */
    void waitFor(NameLookup running);

    /**
     * Something became known. Told first as soon as there is an address or will be none, then on
     * every change, and for the last time when it is complete; possibly before {@link #resolve}
     * returns.
     */
    void learned(FamilyAnswers known);
  }

  /**
   * @param dns sends the queries; one of them waits for its query timeout
   * @param servers which are asked, in this order
   * @param search what names are completed with
   * @param use whether to ask for IPv6 addresses
   * @param timeoutNanos the longest a lookup takes, over all servers and retries
   * @param statistics counts the lookups
   */
  NameResolver(
      EventLoop loop,
      DnsNameResolver dns,
      DnsServerAddressStreamProvider servers,
      SearchDomains search,
      Ipv6 use,
      long timeoutNanos,
      DialCounts statistics) {
    this.loop = loop;
    this.dns = dns;
    this.servers = servers;
    this.search = search;
    this.use = use;
    this.timeoutNanos = timeoutNanos;
    this.statistics = statistics;
  }

  /**
   * Looks a name up.
   *
   * @param name a canonical name
   */
  public void resolve(String name, Waiting waiting) {
    FamilyAnswers cached = cache.get(name, System.nanoTime());
    if (cached != null) {
      statistics.ended(DialCounts.Lookup.CACHED);
      waiting.learned(cached);
      return;
    }
    NameLookup running = lookups.get(name);
    if (running != null) {
      running.join(waiting);
      return;
    }
    Iterator<String> candidates = search.candidates(name).iterator();
    NameLookup lookup = new NameLookup(this, name, candidates);
    lookups.put(name, lookup);
    lookup.join(waiting);
    lookup.start();
  }

  EventLoop loop() {
    return loop;
  }

  Ipv6 use() {
    return use;
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  /** Makes a lookup of one family, which is to be started. */
  FamilyLookup family(String candidate, DnsRecordType type, FamilyLookup.Receiver receiver) {
    return new FamilyLookup(
        dns, servers.nameServerAddressStream(candidate), candidate, type, receiver);
  }

  /**
   * A lookup has ended.
   *
   * @param answers what is to be kept, or null for nothing, since nobody waits any more
   */
  void ended(NameLookup lookup, @Nullable FamilyAnswers answers, long ttlSeconds) {
    lookups.remove(lookup.name(), lookup);
    if (answers != null) {
      statistics.ended(answers.lookup());
      cache.put(lookup.name(), answers, ttlSeconds, System.nanoTime());
    }
  }

  /** Lookups that run are not touched. Any thread. */
  void close() {
    dns.close();
  }
}
