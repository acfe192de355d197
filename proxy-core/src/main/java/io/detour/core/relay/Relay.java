package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.detour.core.relay.Endpoint.Side;
import io.detour.core.sys.Errno;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tunnel: two endpoints, two flows, and the only owner of their close.
 *
 * <p>The close-down. Each direction ends by itself: end of stream from one side is passed to the
 * other once every byte before it is delivered, and the opposite direction goes on. When both have
 * ended, both sockets are closed. When one side is lost (a reset, or a write that the peer no
 * longer takes), what it sent is still delivered, the other side is given time to acknowledge it,
 * and then is reset too, so that a reset never looks like a clean end and never overtakes bytes.
 *
 * <p>Lives on one event loop. Nothing thrown leaves {@link #ready}, {@link #run} or {@link
 * #expire}.
 */
final class Relay implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  /** The longest pause between two looks at whether the surviving side has acknowledged all. */
  private static final long LONGEST_SETTLE_NANOS = Duration.ofMillis(50).toNanos();

  private static final long SHORTEST_SETTLE_NANOS = Duration.ofMillis(1).toNanos();

  private enum State {
    /** Both sides are alive. */
    RELAYING,
    /** One side is lost; what it sent is on its way to the other. */
    RESETTING,
    CLOSED
  }

  private final RelayLoop loop;
  private final Endpoint client;
  private final Endpoint upstream;
  private final Flow toUpstream;
  private final Flow toClient;
  private final RelayListener listener;
  private final long startNanos;

  private State state = State.RELAYING;
  private RelayPath path;
  private boolean turnQueued;

  /** The direction that ended first, while the other goes on. */
  private @Nullable Flow endedFirst;

  /** The flow from the side that was lost. */
  private @Nullable Flow last;

  private CloseReason lossReason = CloseReason.ERROR;
  private int unacknowledged = Integer.MAX_VALUE;
  private long settleNanos = SHORTEST_SETTLE_NANOS;
  private long settledNanos;
  private boolean lookScheduled;

  // The list of the event loop's relays, kept by RelayLoop.
  @Nullable Relay previous;
  @Nullable Relay next;

  Relay(RelayLoop loop, Endpoint client, Endpoint upstream, RelayListener listener) {
    this.loop = loop;
    this.client = client;
    this.upstream = upstream;
    this.listener = listener;
    this.startNanos = loop.clock();
    this.toUpstream = new Flow(loop, Direction.UPSTREAM, client, upstream);
    this.toClient = new Flow(loop, Direction.DOWNSTREAM, upstream, client);
    this.path = toUpstream.path();
    loop.totals().opened(path);
    loop.add(this);
  }

  /**
   * Begins to relay.
   *
   * @param fromClient bytes that the client sent before, or null
   * @param fromUpstream the same of the upstream host
   */
  void begin(@Nullable ByteBuffer fromClient, @Nullable ByteBuffer fromUpstream) {
    if (loop.isShutDown()) {
      close(CloseReason.DRAIN);
      return;
    }
    try {
      if (fromClient != null) {
        toUpstream.startWith(fromClient);
      }
      if (fromUpstream != null) {
        toClient.startWith(fromUpstream);
      }
      if (client.isOpen() && upstream.isOpen()) {
        client.register(loop.eventLoop(), this);
        upstream.register(loop.eventLoop(), this);
        advance(toUpstream);
        advance(toClient);
      } else {
        beginWithLoss();
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** A channel that was reset while Netty still had it is closed: only what it sent is left. */
  private void beginWithLoss() {
    Endpoint lost = client.isOpen() ? upstream : client;
    Endpoint survivor = client.isOpen() ? client : upstream;
    if (survivor.isOpen()) {
      survivor.register(loop.eventLoop(), this);
      from(lost).sourceLost();
      lost(lost, Errno.ECONNRESET);
    } else {
      close(CloseReason.CLIENT_RESET);
    }
  }

  /** An event came for an endpoint. */
  void ready(Endpoint endpoint) {
    try {
      if (state == State.RESETTING) {
        continueReset();
        return;
      }
      advance(from(endpoint));
      if (to(endpoint).holdsBytes()) {
        advance(to(endpoint));
      }
      if (endpoint.failed()) {
        lookForLoss(endpoint);
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** The next turn of a flow that had used up its budget. */
  @Override
  public void run() {
    turnQueued = false;
    try {
      if (state == State.RESETTING) {
        continueReset();
      } else {
        advance(toUpstream);
        advance(toClient);
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void advance(Flow flow) {
    if (state != State.RELAYING || flow.ended()) {
      return;
    }
    switch (flow.advance()) {
      case WAITING, BLOCKED -> {}
      case MORE -> queueTurn();
      case ENDED -> directionEnded(flow);
      case SOURCE_FAILED -> lost(flow.source(), flow.failure());
      case SINK_FAILED -> lost(flow.sink(), flow.failure());
    }
    followPath();
  }

  private void queueTurn() {
    if (!turnQueued) {
      turnQueued = true;
      loop.eventLoop().execute(this);
    }
  }

  /** Counts the tunnel on the path that its busier direction is on. */
  private void followPath() {
    boolean splicing = toUpstream.path() == RelayPath.SPLICE || toClient.path() == RelayPath.SPLICE;
    RelayPath current = splicing ? RelayPath.SPLICE : RelayPath.COPY;
    if (current != path && state != State.CLOSED) {
      loop.totals().moved(path, current);
      path = current;
    }
  }

  private void directionEnded(Flow flow) {
    if (endedFirst == null) {
      endedFirst = flow;
      if (flow.source().failed()) {
        lookForLoss(flow.source());
      }
    } else {
      close(
          endedFirst.source().side() == Side.CLIENT
              ? CloseReason.CLIENT_FIN
              : CloseReason.UPSTREAM_FIN);
    }
  }

  /**
   * A side has ended its direction, and then an error is pending on its socket: it was reset, and
   * takes nothing any more. Only then is the error taken here: before, it belongs to the read that
   * comes behind the last byte, for which it tells a reset from a clean end.
   */
  private void lookForLoss(Endpoint endpoint) {
    if (state == State.RELAYING && from(endpoint).ended()) {
      int error = loop.kernel().takeError(endpoint.socket());
      if (error < 0) {
        lost(endpoint, -error);
      }
    }
  }

  /** A side is gone: nothing can be delivered to it; what it sent goes to the other side. */
  private void lost(Endpoint endpoint, int errno) {
    state = State.RESETTING;
    lossReason = reasonOf(endpoint.side(), errno);
    to(endpoint).abandon();
    Flow remaining = from(endpoint);
    last = remaining;
    if (errno != Errno.EPIPE) {
      // Linux says EPIPE when the peer's end of stream had come before the reset: that end is
      // passed
      // on. Any other error is all the end there is.
      remaining.withholdEnd();
    }
    endpoint.lost();
    settledNanos = loop.now();
    continueReset();
  }

  private static CloseReason reasonOf(Side side, int errno) {
    return switch (errno) {
      case Errno.EBADF, Errno.EINVAL, Errno.ENOSYS -> CloseReason.ERROR;
      default -> side == Side.CLIENT ? CloseReason.CLIENT_RESET : CloseReason.UPSTREAM_RESET;
    };
  }

  private void continueReset() {
    Flow remaining = last;
    if (remaining == null || state != State.RESETTING) {
      return;
    }
    if (remaining.sink().failed()) {
      close(lossReason);
      return;
    }
    Flow.Outcome outcome = remaining.ended() ? Flow.Outcome.ENDED : remaining.advance();
    switch (outcome) {
      case MORE -> queueTurn();
      case BLOCKED -> {}
      case SINK_FAILED -> close(lossReason);
      case WAITING, ENDED, SOURCE_FAILED -> settle(remaining.sink());
    }
  }

  /** Everything is handed to the kernel: reset the surviving side once it has acknowledged it. */
  private void settle(Endpoint survivor) {
    int waiting = loop.kernel().unacknowledged(survivor.socket());
    if (waiting <= 0) {
      resetAndClose(survivor, lossReason);
      return;
    }
    if (waiting != unacknowledged) {
      unacknowledged = waiting;
      settledNanos = loop.now();
    }
    if (!lookScheduled) {
      lookScheduled = true;
      loop.eventLoop().schedule(this::look, settleNanos, TimeUnit.NANOSECONDS);
      settleNanos = Math.min(2 * settleNanos, LONGEST_SETTLE_NANOS);
    }
  }

  private void look() {
    lookScheduled = false;
    try {
      continueReset();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void resetAndClose(Endpoint survivor, CloseReason reason) {
    loop.kernel().resetOnClose(survivor.socket());
    close(reason);
  }

  /** Looks at the timeouts. Called by the loop's sweep. */
  void expire() {
    try {
      switch (state) {
        case RELAYING -> expireRelaying();
        case RESETTING -> expireResetting();
        case CLOSED -> {}
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void expireRelaying() {
    RelayOptions options = loop.options();
    if (stalled(toUpstream) || stalled(toClient)) {
      loop.kernel().resetOnClose(client.socket());
      loop.kernel().resetOnClose(upstream.socket());
      close(CloseReason.WRITE_STALL);
    } else if (endedFirst != null && silentFor(options.halfClose())) {
      close(CloseReason.HALF_CLOSE_TIMEOUT);
    } else if (silentFor(options.idle())) {
      close(CloseReason.IDLE_TIMEOUT);
    }
  }

  private void expireResetting() {
    Flow remaining = last;
    if (remaining == null) {
      return;
    }
    long moved = Math.max(settledNanos, remaining.movedNanos());
    if (loop.now() - moved > loop.options().writeStall().toNanos()) {
      resetAndClose(remaining.sink(), lossReason);
    }
  }

  private boolean stalled(Flow flow) {
    return flow.holdsBytes()
        && loop.now() - flow.movedNanos() > loop.options().writeStall().toNanos();
  }

  private boolean silentFor(Duration timeout) {
    long moved = Math.max(toUpstream.movedNanos(), toClient.movedNanos());
    return loop.now() - moved > timeout.toNanos();
  }

  private void failed(Throwable bug) {
    log.error("relay failed, the tunnel is closed", bug);
    close(CloseReason.ERROR);
  }

  /**
   * Cancels the registrations, closes the channels, gives the conduits back, and accounts. Once.
   */
  void close(CloseReason reason) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    loop.remove(this);
    client.release();
    upstream.release();
    toUpstream.abandon();
    toClient.abandon();
    loop.totals().closed(path, reason);
    listener.ended(
        new TunnelStats(
            toUpstream.deliveredBytes(),
            toClient.deliveredBytes(),
            path,
            reason,
            Duration.ofNanos(loop.clock() - startNanos)));
  }

  private Flow from(Endpoint endpoint) {
    return endpoint == client ? toUpstream : toClient;
  }

  private Flow to(Endpoint endpoint) {
    return endpoint == client ? toClient : toUpstream;
  }
}
