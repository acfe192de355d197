package io.detour.server.dial;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.List;

/**
 * Keeps addresses for their time to live, which is bounded, and so is their number: a client that
 * asks for ever new names under a wildcard must not fill the memory. Netty's cache has no size, so
 * the additions since it was last empty are counted, and it is emptied when they reach the bound.
 *
 * <p>Failures are not kept. Only one event loop may use it, but for {@link #clear}.
 */
final class BoundedDnsCache implements DnsCache {
  /** Addresses, not names: about 5 MB. */
  static final int MAX_ADDED = 10_000;

  private static final int MAX_TTL_SECONDS = 300;

  private final DnsCache cache = new DefaultDnsCache(0, MAX_TTL_SECONDS, 0);

  /** Written by the event loop. */
  private int added;

  @Override
  public DnsCacheEntry cache(
      String hostname,
      DnsRecord[] additionals,
      InetAddress address,
      long originalTtl,
      EventLoop loop) {
    if (added == MAX_ADDED) {
      cache.clear();
      added = 0;
    }
    added++;
    return cache.cache(hostname, additionals, address, originalTtl, loop);
  }

  @Override
  public DnsCacheEntry cache(
      String hostname, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
    return cache.cache(hostname, additionals, cause, loop);
  }

  @Override
  public List<? extends DnsCacheEntry> get(String hostname, DnsRecord[] additionals) {
    return cache.get(hostname, additionals);
  }

  @Override
  public void clear() {
    cache.clear();
  }

  @Override
  public boolean clear(String hostname) {
    return cache.clear(hostname);
  }
}
