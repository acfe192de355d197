package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.sys.Kernel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the tunnels of one event loop share: the kernel, the conduits, the counters, the clock, and
 * the list of the tunnels themselves.
 *
 * <p>One clock for all: a sweep visits the tunnels several times per shortest timeout, so that
 * moving bytes costs no timer and no look at the time. Used by its event loop only.
 */
final class RelayLoop {
  private static final Duration MIN_SWEEP = Duration.ofMillis(5);
  private static final Duration MAX_SWEEP = Duration.ofSeconds(1);
  private static final int SWEEPS_PER_TIMEOUT = 8;
  private static final int VISITED_AT_ONCE = 256;

  /** Conduits that were not needed for this long are closed. */
  private static final Duration TRIM = Duration.ofSeconds(10);

  private final EventLoop eventLoop;
  private final RelayOptions options;
  private final @Nullable Kernel kernel;
  private final @Nullable ConduitPool conduits;
  private final RelayTotals totals;
  private final PeerWatch peerWatch;

  /** Between two sweeps. */
  private final long intervalNanos;

  private @Nullable Future<?> sweep;
  private @Nullable RelayedTunnel first;
  private boolean shutDown;
  private long now;

  /** {@link #clock} at the last sweep. */
  private long swept;

  private long trimmed;

  /** Kernel and conduits are null where only the portable relay runs. */
  RelayLoop(
      EventLoop eventLoop,
      RelayOptions options,
      @Nullable Kernel kernel,
      @Nullable ConduitPool conduits,
      RelayTotals totals) {
    this.eventLoop = eventLoop;
    this.options = options;
    this.kernel = kernel;
    this.conduits = conduits;
    this.totals = totals;
    this.peerWatch = PeerWatch.of(options);
    this.intervalNanos = sweepNanos(options);
    this.now = clock();
    this.swept = now;
    this.trimmed = now;
  }

  void add(RelayedTunnel tunnel) {
    if (sweep == null && !shutDown) {
      sweep =
          eventLoop.scheduleWithFixedDelay(
              this::sweep, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
    }
    tunnel.next = first;
    if (first != null) {
      first.previous = tunnel;
    }
    first = tunnel;
  }

  void remove(RelayedTunnel tunnel) {
    if (tunnel.previous != null) {
      tunnel.previous.next = tunnel.next;
    } else {
      first = tunnel.next;
    }
    if (tunnel.next != null) {
      tunnel.next.previous = tunnel.previous;
    }
    tunnel.previous = null;
    // tunnel.next stays: a sweep may stand on this tunnel.
  }

  /**
   * The loop's time advances by two intervals at most: when the process or the machine was stopped,
   * what came in meanwhile is still to be read, and no tunnel has been idle for it.
   */
  private void sweep() {
    long time = clock();
    now += Math.min(time - swept, 2 * intervalNanos);
    swept = time;
    for (RelayedTunnel tunnel = first; tunnel != null; tunnel = tunnel.next) {
      tunnel.expire();
    }
    if (conduits != null && now - trimmed > TRIM.toNanos()) {
      trimmed = now;
      conduits.trim();
    }
  }

  /** Shows the tunnels that are open, some in each turn of the event loop. Any thread. */
  CompletableFuture<Void> visit(TunnelVisitor visitor) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    eventLoop.execute(() -> visit(first, visitor, done));
    return done;
  }

  /** A tunnel that has ended meanwhile still leads to those behind it. */
  private void visit(
      @Nullable RelayedTunnel from, TunnelVisitor visitor, CompletableFuture<Void> done) {
    RelayedTunnel tunnel = from;
    for (int i = 0; tunnel != null && i < VISITED_AT_ONCE; i++) {
      try {
        tunnel.accept(visitor);
      } catch (RuntimeException | Error e) { // those behind it are shown all the same
        done.completeExceptionally(e);
      }
      tunnel = tunnel.next;
    }
    if (tunnel == null) {
      done.complete(null);
      return;
    }
    RelayedTunnel next = tunnel;
    try {
      eventLoop.execute(() -> visit(next, visitor, done));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e);
    }
  }

  /** Closes every tunnel. */
  void closeAll(CloseReason reason) {
    while (first != null) {
      first.closeNow(reason);
    }
  }

  /** Closes every tunnel and the pools. A tunnel that begins afterwards is closed at once. */
  void shutDown(CloseReason reason) {
    shutDown = true;
    closeAll(reason);
    if (sweep != null) {
      sweep.cancel(false);
    }
    if (conduits != null) {
      conduits.close();
    }
  }

  boolean isShutDown() {
    return shutDown;
  }

  private static long sweepNanos(RelayOptions options) {
    Duration shortest =
        Collections.min(List.of(options.idle(), options.halfClose(), options.writeStall()));
    return Math.clamp(
        shortest.toNanos() / SWEEPS_PER_TIMEOUT, MIN_SWEEP.toNanos(), MAX_SWEEP.toNanos());
  }

  /** The time now, in nanoseconds from any origin. Costs a look at the clock. */
  long clock() {
    return eventLoop.ticker().nanoTime();
  }

  /**
   * Whether a timeout is over that began at a {@link #now}. What began after that sweep is as old
   * as the sweep, so an interval is added: a timeout may come late, but not early.
   */
  boolean isOver(Duration timeout, long beganNanos) {
    return now - beganNanos > timeout.toNanos() + intervalNanos;
  }

  /** The loop's time in nanoseconds from any origin, as of the last sweep. */
  long now() {
    return now;
  }

  RelayMode mode() {
    return options.mode();
  }

  RelayOptions options() {
    return options;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  /** Throws where only the portable relay runs. */
  Kernel kernel() {
    return Objects.requireNonNull(kernel);
  }

  /** Throws where only the portable relay runs. */
  ConduitPool conduits() {
    return Objects.requireNonNull(conduits);
  }

  /** Whether {@link #kernel} may be called. */
  boolean hasKernel() {
    return kernel != null;
  }

  PeerWatch peerWatch() {
    return peerWatch;
  }

  RelayTotals totals() {
    return totals;
  }
}
