package io.detour.server.dial;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up for one event loop: in the hosts file, the cache and DNS. Only that loop may call
 * it, but for {@link #close}.
 */
final class NameResolver {
  private static final Resolution TIMED_OUT =
      new Resolution.Unresolved(DialError.DNS_TIMEOUT, DialError.DNS_TIMEOUT.details(), null);

  private final EventLoop loop;
  private final DnsNameResolver dns;
  private final long timeoutNanos;
  private final Map<String, Lookup> lookups = new HashMap<>();

  /**
   * @param timeoutNanos the longest a lookup takes, whatever the timeout of one query
   */
  NameResolver(EventLoop loop, DnsNameResolver dns, long timeoutNanos) {
    this.loop = loop;
    this.dns = dns;
    this.timeoutNanos = timeoutNanos;
  }

  /**
   * Looks a name up.
   *
   * @param name a canonical name
   * @return the answer if it is known; null if {@code waiting} joined a lookup and will be told
   */
  @Nullable Resolution resolve(String name, Waiting waiting) {
    Lookup lookup = lookups.get(name);
    if (lookup == null) {
      Future<List<InetAddress>> answer = dns.resolveAll(name);
      if (answer.isDone()) {
        return resolution(answer);
      }
      lookup = new Lookup(name);
      lookups.put(name, lookup);
      lookup.await(answer);
    }
    lookup.join(waiting);
    return null;
  }

  /** Forgets what is cached. Lookups that run are not touched. Any thread. */
  void close() {
    dns.close();
  }

  private static Resolution resolution(Future<List<InetAddress>> answer) {
    if (answer.isSuccess()) {
      return new Resolution.Addresses(answer.getNow());
    }
    Throwable cause = answer.cause().getCause();
    if (cause instanceof DnsErrorCauseException e) {
      return e.getCode().equals(DnsResponseCode.NXDOMAIN)
          ? new Resolution.Unresolved(DialError.DNS_ERROR, "the host does not exist", "NXDOMAIN")
          : new Resolution.Unresolved(
              DialError.DNS_ERROR, "the DNS server failed", rcode(e.getCode()));
    }
    DialError error =
        cause != null && ConnectFailures.classify(cause) == DialError.RESOURCES
            ? DialError.RESOURCES
            : DialError.DNS_ERROR;
    return new Resolution.Unresolved(error, error.details(), null);
  }

  private static @Nullable String rcode(DnsResponseCode code) {
    return code.equals(DnsResponseCode.SERVFAIL) ? "SERVFAIL" : null;
  }

  /** Somebody who waits for an answer. */
  interface Waiting {
    /** The resolver will call {@link #resolved}, unless this one leaves the lookup before. */
    void waitFor(Lookup running);

    /** The lookup has ended. */
    void resolved(Resolution resolution);
  }

  /** One name that is being asked for, and those who wait for it: at least one. */
  final class Lookup implements FutureListener<List<InetAddress>>, Runnable {
    private final String name;
    private final List<Waiting> waiting = new ArrayList<>(1);
    private final ScheduledFuture<?> timeout;

    /** The query that runs; written by the event loop. */
    private @Nullable Future<List<InetAddress>> answer;

    private Lookup(String name) {
      this.name = name;
      this.timeout = loop.schedule(this, timeoutNanos, TimeUnit.NANOSECONDS);
    }

    private void await(Future<List<InetAddress>> next) {
      answer = next;
      next.addListener(this);
    }

    private void join(Waiting one) {
      waiting.add(one);
      one.waitFor(this);
    }

    /** Ends one wait, and with the last one the lookup. */
    void leave(Waiting one) {
      waiting.remove(one);
      if (waiting.isEmpty()) {
        stop();
      }
    }

    /** The time is up. */
    @Override
    public void run() {
      end(TIMED_OUT);
    }

    @Override
    public void operationComplete(Future<List<InetAddress>> ended) {
      if (ended.isCancelled()) {
        return;
      }
      if (DnsNameResolver.isTimeoutError(ended.cause())) {
        // Every server was asked once; a datagram may have been lost.
        await(dns.resolveAll(name));
      } else {
        end(resolution(ended));
      }
    }

    private void end(Resolution resolution) {
      stop();
      for (Waiting one : List.copyOf(waiting)) {
        one.resolved(resolution);
      }
    }

    private void stop() {
      lookups.remove(name, this);
      timeout.cancel(false);
      if (answer != null) {
        answer.cancel(false);
      }
    }
  }
}
