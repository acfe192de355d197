package io.detour.server.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Visits the client connections of one event loop at intervals, so that a timeout costs no timer of
 * its own. Nothing runs while there is no connection. On the event loop.
 */
final class Sweep implements Runnable {
  /** A connection with timeouts. */
  interface Swept {
    /** Looks whether something has taken too long. */
    void sweep(long nanoTime);

    /** The server stops, and waits no longer for what the connection is at. */
    void stopped();

    /** One of the other methods has thrown. */
    void failed(Throwable bug);
  }

  /**
   * How long something has been waited for, in visits, which read the clock for all but {@link
   * #renewNow}. Ends late by a visit, or two if it was renewed, never early.
   */
  static final class Patience {
    private static final long NOT_SEEN = Long.MIN_VALUE;

    private final long nanos;
    private long since = NOT_SEEN;

    Patience(Duration patience) {
      this.nanos = patience.toNanos();
    }

    /** Begins to wait anew, from this moment on. */
    void renewNow() {
      since = System.nanoTime();
    }

    /** Begins to wait anew, from the next visit on: that costs no look at the clock. */
    void renew() {
      since = NOT_SEEN;
    }

    boolean isOver(long nanoTime) {
      if (since == NOT_SEEN) {
        since = nanoTime;
        return false;
      }
      return nanoTime - since > nanos;
    }
  }

  /**
   * Finds out that a peer takes none of the bytes that wait for it. On the connection's event loop.
   */
  static final class WriteStall {
    private final Channel channel;
    private final Patience patience;

    /** What the peer had taken at the last visit. */
    private long takenBytes;

    /** For a peer that may take nothing for so long. */
    WriteStall(Channel channel, Duration timeout) {
      this.channel = channel;
      this.patience = new Patience(timeout);
    }

    /**
     * Whether the peer has taken nothing for too long, although there was something.
     *
     * @param writtenBytes since this was made, or always 0 if no more is written
     */
    boolean isOver(long writtenBytes, long nanoTime) {
      long waiting = waitingBytes();
      long taken = writtenBytes - waiting;
      if (waiting == 0 || taken != takenBytes) {
        patience.renew();
      }
      takenBytes = taken;
      return patience.isOver(nanoTime);
    }

    /** Bytes that wait for the peer, and what it costs to keep them. */
    long waitingBytes() {
      ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
      return waiting == null ? 0 : waiting.totalPendingWriteBytes() - waiting.currentProgress();
    }
  }

  /** A timeout is up to so many parts of itself late. */
  private static final int VISITS_PER_TIMEOUT = 8;

  private static final long MIN_MILLIS = 5;
  private static final long MAX_MILLIS = 1_000;

  private final EventLoop loop;
  private final long intervalMillis;
  private final Set<Swept> swept = new LinkedHashSet<>();
  private boolean scheduled;

  /**
   * @param timeouts of the connections, at least one
   */
  Sweep(EventLoop loop, Duration... timeouts) {
    this.loop = loop;
    long shortest = Stream.of(timeouts).mapToLong(Duration::toMillis).min().orElseThrow();
    this.intervalMillis = Math.clamp(shortest / VISITS_PER_TIMEOUT, MIN_MILLIS, MAX_MILLIS);
  }

  void add(Swept one) {
    swept.add(one);
    if (!scheduled) {
      schedule();
    }
  }

  void remove(Swept one) {
    swept.remove(one);
  }

  /** Tells all that the server stops. On the event loop. */
  void stop() {
    for (Swept one : List.copyOf(swept)) {
      attempt(one, one::stopped);
    }
  }

  private void schedule() {
    scheduled = true;
    loop.schedule(this, intervalMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void run() {
    scheduled = false;
    if (!swept.isEmpty()) {
      schedule();
    }
    long now = System.nanoTime();
    for (Swept one : List.copyOf(swept)) {
      attempt(one, () -> one.sweep(now));
    }
  }

  /** A bug in one connection must not keep the timeouts of the others. */
  private void attempt(Swept one, Runnable visit) {
    try {
      visit.run();
    } catch (RuntimeException | Error e) {
      swept.remove(one);
      one.failed(e);
    }
  }
}
