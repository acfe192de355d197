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

  private final RelayLoop loop;
  private final Endpoint client;
  private final Endpoint upstream;
  private final Flow toUpstream;
  private final Flow toClient;
  private final RelayListener listener;
  private final long startNanos;

  private RelayPath path;
  private boolean closed;
  private boolean turnQueued;

  /** The direction that ended first, while the other goes on. */
  private @Nullable Flow endedFirst;

  /** Set when one side is lost, while what it sent is on its way to the other. */
  private @Nullable Aftermath aftermath;

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
      lost(lost, lost.hadEnded() ? Errno.EPIPE : Errno.ECONNRESET);
    } else {
      close(CloseReason.CLIENT_RESET);
    }
  }

  /** An event came for an endpoint. */
  void ready(Endpoint endpoint) {
    try {
      if (aftermath != null) {
        continueAftermath(aftermath);
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
      if (aftermath != null) {
        continueAftermath(aftermath);
      } else {
        advance(toUpstream);
        advance(toClient);
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void advance(Flow flow) {
    if (closed || aftermath != null || flow.ended()) {
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

  /**
   * Goes on after the other tunnels of the loop had their events. A scheduled task and not a plain
   * one: the loop runs plain tasks that queue each other for up to a second before it polls again.
   */
  private void queueTurn() {
    if (!turnQueued) {
      turnQueued = true;
      loop.eventLoop().schedule(this, 0, TimeUnit.NANOSECONDS);
    }
  }

  /** Counts the tunnel on the path that its busier direction is on. */
  private void followPath() {
    boolean splicing = toUpstream.path() == RelayPath.SPLICE || toClient.path() == RelayPath.SPLICE;
    RelayPath current = splicing ? RelayPath.SPLICE : RelayPath.COPY;
    if (current != path && !closed) {
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
    if (!closed && aftermath == null && from(endpoint).ended()) {
      int error = loop.kernel().takeError(endpoint.socket());
      if (error < 0) {
        lost(endpoint, -error);
      }
    }
  }

  /** A side is gone: nothing can be delivered to it; what it sent goes to the other side. */
  private void lost(Endpoint endpoint, int errno) {
    to(endpoint).abandon();
    Flow remaining = from(endpoint);
    if (errno != Errno.EPIPE) {
      // EPIPE says that an end of stream had come before the reset, and that is passed on. After
      // any
      // other error the bytes are all there is.
      remaining.withholdEnd();
    }
    endpoint.lost();
    aftermath = new Aftermath(loop, remaining, reasonOf(endpoint.side(), errno));
    continueAftermath(aftermath);
  }

  private static CloseReason reasonOf(Side side, int errno) {
    if (!Errno.isLossOfPeer(errno)) {
      return CloseReason.ERROR;
    }
    return side == Side.CLIENT ? CloseReason.CLIENT_RESET : CloseReason.UPSTREAM_RESET;
  }

  private void continueAftermath(Aftermath rest) {
    if (closed) {
      return;
    }
    switch (rest.advance()) {
      case MORE -> queueTurn();
      case BLOCKED -> {}
      case SETTLING -> scheduleLook(rest);
      case OVER -> close(rest.reason());
    }
  }

  private void scheduleLook(Aftermath rest) {
    if (!lookScheduled) {
      lookScheduled = true;
      loop.eventLoop().schedule(this::look, rest.nextPauseNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void look() {
    lookScheduled = false;
    run();
  }

  /** Looks at the timeouts. Called by the loop's sweep. */
  void expire() {
    try {
      if (aftermath == null) {
        expireRelaying();
      } else if (aftermath.hasStalled()) {
        close(aftermath.reason());
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** While bytes wait for a side that does not take them, only the write-stall timeout counts. */
  private void expireRelaying() {
    RelayOptions options = loop.options();
    if (toUpstream.holdsBytes() || toClient.holdsBytes()) {
      if (stalled(toUpstream) || stalled(toClient)) {
        close(CloseReason.WRITE_STALL);
      }
    } else if (endedFirst != null && silentFor(options.halfClose())) {
      close(CloseReason.HALF_CLOSE_TIMEOUT);
    } else if (silentFor(options.idle())) {
      close(CloseReason.IDLE_TIMEOUT);
    }
  }

  private boolean stalled(Flow flow) {
    return flow.holdsBytes() && loop.isOver(loop.options().writeStall(), flow.movedNanos());
  }

  private boolean silentFor(Duration timeout) {
    return loop.isOver(timeout, Math.max(toUpstream.movedNanos(), toClient.movedNanos()));
  }

  private void failed(Throwable bug) {
    log.error("relay failed, the tunnel is closed", bug);
    close(CloseReason.ERROR);
  }

  /**
   * Cancels the registrations, closes the channels, gives the conduits back, and accounts. Once. A
   * direction that is cut ends with a reset, so that nobody takes what came for the whole.
   */
  void close(CloseReason reason) {
    if (closed) {
      return;
    }
    closed = true;
    loop.remove(this);
    if (isCut(reason)) {
      resetOnClose(toUpstream);
      resetOnClose(toClient);
    }
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

  /** Whether a tunnel that ends for this reason could have gone on. */
  private static boolean isCut(CloseReason reason) {
    return switch (reason) {
      case CLIENT_FIN, UPSTREAM_FIN -> false;
      case CLIENT_RESET, UPSTREAM_RESET -> true;
      case IDLE_TIMEOUT, HALF_CLOSE_TIMEOUT, WRITE_STALL -> true;
      case DRAIN, KILLED, ERROR -> true;
    };
  }

  private void resetOnClose(Flow flow) {
    Endpoint sink = flow.sink();
    boolean wholeAndAlive = aftermath == null && flow.ended();
    if (!wholeAndAlive && sink.isOpen()) {
      loop.kernel().resetOnClose(sink.socket());
    }
  }

  private Flow from(Endpoint endpoint) {
    return endpoint == client ? toUpstream : toClient;
  }

  private Flow to(Endpoint endpoint) {
    return endpoint == client ? toClient : toUpstream;
  }
}
