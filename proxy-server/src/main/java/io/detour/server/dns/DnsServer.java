package io.detour.server.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A DNS server and what became of the queries to it, on all event loops. A server that did not
 * answer is asked last until it does: a lookup sends it its question from time to time without
 * waiting for the answer. Any thread.
 */
final class DnsServer {
  /** How often a silent server is asked whether it is back. */
  static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);

  private final InetSocketAddress address;

  /** Counts responses; a lost one among queries at the same time does no harm. */
  private final AtomicLong responses = new AtomicLong();

  private final AtomicLong probeNanos = new AtomicLong();
  private volatile boolean silent;

  /** Whether queries to it may have an OPT record (RFC 6891). */
  private volatile boolean edns = true;

  /** Whether it has answered a query with one. */
  private volatile boolean ednsProven;

  DnsServer(InetSocketAddress address) {
    this.address = address;
  }

  InetSocketAddress address() {
    return address;
  }

  boolean takesEdns() {
    return edns;
  }

  /** How many responses it has sent so far. */
  long responses() {
    return responses.get();
  }

  /** It has sent a response, whatever that says. */
  void responded() {
    responses.incrementAndGet();
    if (silent) {
      silent = false;
    }
  }

  /**
   * It took a query with EDNS, or it took one without after it had refused one with it. Who has
   * taken one with EDNS has refused the name.
   */
  void answered(boolean withEdns) {
    if (withEdns) {
      ednsProven = true;
    } else if (!ednsProven) {
      edns = false;
    }
  }

  /**
   * A query was not answered in time, or could not be sent. If nothing else was answered in the
   * meantime it is the server, not a packet or a name.
   *
   * @param responsesBefore what {@link #responses} was when the query was sent
   * @param ednsDropped whether it had an OPT record and was lost: some firewalls drop them all
   */
  void unanswered(long responsesBefore, boolean ednsDropped, long now) {
    if (ednsDropped && !ednsProven) {
      edns = false;
    }
    if (!silent && responses.get() == responsesBefore) {
      probeNanos.set(now);
      silent = true;
    }
  }

  boolean isSilent() {
    return silent;
  }

  /** Whether the caller is the one to ask the silent server whether it is back. */
  boolean claimProbe(long now) {
    long last = probeNanos.get();
    return silent && now - last >= PROBE_INTERVAL.toNanos() && probeNanos.compareAndSet(last, now);
  }
}
