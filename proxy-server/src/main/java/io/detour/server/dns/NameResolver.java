package io.detour.server.dns;

import io.detour.core.Host;
import io.detour.server.account.DialCounts;
import io.detour.server.dns.Resolution.Unresolved;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks names up for one event loop: in the cache and in DNS. Those who wait for one name at the
 * same time share a lookup. Only that loop may call it.
 */
public final class NameResolver {
  static final Unresolved NO_SUCH_NAME =
      new Unresolved(DialError.DNS_ERROR, "the host does not exist", "NXDOMAIN");

  private static final Unresolved TIMED_OUT = Unresolved.of(DialError.DNS_TIMEOUT);

  /**
   * How long a family without a usable answer is not asked for again, while the other has one: most
   * names have one family only. A negative answer may say that it holds longer (RFC 2308 5).
   */
  private static final long MISSING_SECONDS = 30;

  private final DnsExchange.Context context;
  private final Resolvers shared;
  private final AddressCache cache = new AddressCache();
  private final Map<String, Lookup> lookups = new HashMap<>();

  /** Lookups that go on for the cache alone; the one that does so for the longest is first. */
  private final SequencedSet<Lookup> unattended = new LinkedHashSet<>();

  /** Whose answers are in the cache. */
  private NameService service;

  /** Somebody who waits for answers. */
  @FunctionalInterface
  public interface Waiting {
    /** The lookup that runs. More is told, unless this one leaves it before. */
    default void waitFor(Lookup running) {}

    /**
     * Something became known. Called first as soon as there is an address or will be none, then on
     * every change, and for the last time when it is complete; possibly before {@link #resolve}
     * returns.
     */
    void learned(FamilyAnswers known);
  }

  NameResolver(EventLoop loop, Transport transport, LongSupplier nanoTime, Resolvers shared) {
    DnsSockets sockets = new DnsSockets(shared.options.sockets(), this::endUnattended);
    this.context = new DnsExchange.Context(loop, transport, nanoTime, sockets);
    this.shared = shared;
    this.service = shared.service();
  }

  /** Looks a host up that is a name. */
  public void resolve(Host host, Waiting waiting) {
    forgetOthers(shared.service());
    String name = host.isAbsolute() ? host.name() + '.' : host.name();
    FamilyAnswers cached = cache.get(name, now());
    if (cached != null) {
      shared.statistics.ended(DialCounts.Lookup.CACHED);
      waiting.learned(cached);
      return;
    }
    Lookup running = lookups.get(name);
    if (running != null) {
      running.join(waiting);
      return;
    }
    Lookup lookup = new Lookup(name, service, service.candidates(host));
    lookups.put(name, lookup);
    lookup.join(waiting);
    lookup.start();
  }

  /** In another network names may have other addresses. Lookups that run are not touched. */
  private void forgetOthers(NameService current) {
    if (service != current) {
      service = current;
      cache.clear();
      lookups.clear();
    }
  }

  /** Others need a socket. */
  private boolean endUnattended() {
    if (unattended.isEmpty()) {
      return false;
    }
    unattended.getFirst().timeOut();
    return true;
  }

  private long now() {
    return context.nanoTime().getAsLong();
  }

  /**
   * One name that is being looked up, and those who wait for it. Both families are asked for at
   * once and answered independently, so that silence about one hides nothing of the other. With
   * search domains one complete name after the other is asked for until one has an address.
   */
  public final class Lookup {
    private final String name;
    private final NameService asked;
    private final Iterator<String> candidates;
    private final List<Waiting> waiting = new ArrayList<>(1);
    private final List<FamilyLookup> families = new ArrayList<>(2);
    private final ScheduledFuture<?> timeout;
    private FamilyAnswers known;
    private long ttlSeconds;
    private boolean over;

    private Lookup(String name, NameService asked, List<String> candidates) {
      this.name = name;
      this.asked = asked;
      this.candidates = candidates.iterator();
      this.known = FamilyAnswers.none(asked.ipv6());
      this.timeout =
          context
              .loop()
              .schedule(this::timeOut, shared.options.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void join(Waiting one) {
      waiting.add(one);
      unattended.remove(this);
      one.waitFor(this);
      if (known.hasAddresses()) {
        one.learned(known);
      }
    }

    /** Asks for the next complete name; there is one. */
    private void start() {
      String candidate = candidates.next();
      known = FamilyAnswers.none(asked.ipv6());
      ttlSeconds = Integer.MAX_VALUE;
      families.clear();
      List<DnsServer> servers = asked.inOrder();
      ask(servers, candidate, DnsRecordType.A);
      if (known.ipv6() == null) {
        ask(servers, candidate, DnsRecordType.AAAA);
      }
      // A copy: one that fails at once may be the last of this name.
      List.copyOf(families).forEach(FamilyLookup::start);
    }

    private void ask(List<DnsServer> servers, String candidate, DnsRecordType type) {
      families.add(
          new FamilyLookup(
              context,
              asked,
              servers,
              candidate,
              type,
              (answer, ttl) -> answered(type, answer, ttl)));
    }

    private void answered(DnsRecordType type, Resolution answer, long ttl) {
      known = known.with(type, answer);
      ttlSeconds =
          Math.min(
              ttlSeconds,
              answer instanceof Resolution.Addresses ? ttl : Math.max(ttl, MISSING_SECONDS));
      if (known.isComplete() && !known.hasAddresses() && candidates.hasNext()) {
        start();
      } else if (known.isComplete()) {
        end();
      } else if (known.hasAddresses()) {
        tell();
      }
    }

    private void timeOut() {
      known = known.completed(TIMED_OUT);
      ttlSeconds = Math.min(ttlSeconds, MISSING_SECONDS);
      end();
    }

    private void end() {
      stop();
      shared.statistics.ended(known.lookup());
      if (asked == service) {
        cache.put(name, known, ttlSeconds, now());
      }
      tell();
    }

    private void tell() {
      for (Waiting one : List.copyOf(waiting)) {
        one.learned(known);
      }
    }

    /**
     * One has what it needs, and what is still to come is for the cache, unless somebody who waits
     * needs the sockets.
     *
     * @param abandoned whether it does not want it any more: with the last one the lookup ends
     */
    public void leave(Waiting one, boolean abandoned) {
      waiting.remove(one);
      if (!waiting.isEmpty() || over) {
        return;
      }
      if (abandoned) {
        stop();
      } else {
        unattended.add(this);
        context.sockets().proceed();
      }
    }

    private void stop() {
      over = true;
      lookups.remove(name, this);
      unattended.remove(this);
      timeout.cancel(false);
      families.forEach(FamilyLookup::cancel);
    }
  }
}
