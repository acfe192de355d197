package io.detour.server.dns;

import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One name that is being looked up, and those who wait for it. Both families are asked at once and
 * answer on their own, so that silence about one hides nothing of the other. With search domains
 * one complete name after the other is asked for until one has an address. Lives on one event loop.
 */
public final class NameLookup implements Runnable {
  private static final Resolution.Unresolved TIMED_OUT =
      new Resolution.Unresolved(DialError.DNS_TIMEOUT, DialError.DNS_TIMEOUT.details(), null);

  /** How long a family without a usable answer is not asked for again, while the other has one. */
  private static final long MISSING_SECONDS = 30;

  private final NameResolver resolver;
  private final String name;
  private final Iterator<String> candidates;
  private final List<NameResolver.Waiting> waiting = new ArrayList<>(1);
  private final List<FamilyLookup> families = new ArrayList<>(2);
  private final ScheduledFuture<?> timeout;
  private FamilyAnswers known;
  private long ttlSeconds;
  private boolean over;

  NameLookup(NameResolver resolver, String name, Iterator<String> candidates) {
    this.resolver = resolver;
    this.name = name;
    this.candidates = candidates;
    this.known = FamilyAnswers.none(resolver.use());
    this.timeout = resolver.loop().schedule(this, resolver.timeoutNanos(), TimeUnit.NANOSECONDS);
  }

  String name() {
    return name;
  }

  void join(NameResolver.Waiting one) {
    waiting.add(one);
    one.waitFor(this);
    if (known.hasAddresses()) {
      one.learned(known);
    }
  }

  /** Asks for the next complete name; there is one. */
  void start() {
    String candidate = candidates.next();
    known = FamilyAnswers.none(resolver.use());
    ttlSeconds = Integer.MAX_VALUE;
    families.clear();
    families.add(
        resolver.family(
            candidate,
            DnsRecordType.A,
            (answer, ttl) -> answered(known.withIpv4(answer), answer, ttl)));
    if (known.ipv6() == null) {
      families.add(
          resolver.family(
              candidate,
              DnsRecordType.AAAA,
              (answer, ttl) -> answered(known.withIpv6(answer), answer, ttl)));
    }
    // A copy: one that fails at once may be the last of this name.
    List.copyOf(families).forEach(FamilyLookup::start);
  }

  private void answered(FamilyAnswers now, Resolution answer, long ttl) {
    known = now;
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

  /** The time is up. */
  @Override
  public void run() {
    known = known.completed(TIMED_OUT);
    ttlSeconds = Math.min(ttlSeconds, MISSING_SECONDS);
    end();
  }

  private void end() {
    stop(known);
    tell();
  }

  private void tell() {
    for (NameResolver.Waiting one : List.copyOf(waiting)) {
      one.learned(known);
    }
  }

  /** One has what it needs. What is still to come is for the cache. */
  public void leave(NameResolver.Waiting one) {
    waiting.remove(one);
  }

  /** One does not want it any more; with the last one the lookup ends. */
  public void abandon(NameResolver.Waiting one) {
    waiting.remove(one);
    if (waiting.isEmpty() && !over) {
      stop(null);
    }
  }

  private void stop(@Nullable FamilyAnswers answers) {
    over = true;
    resolver.ended(this, answers, ttlSeconds);
    timeout.cancel(false);
    families.forEach(FamilyLookup::cancel);
  }
}
