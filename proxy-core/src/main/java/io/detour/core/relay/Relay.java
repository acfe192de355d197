package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.sys.Errno;
import io.detour.core.tcp.EpollSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
final class Relay extends RelayedTunnel implements Runnable {
  private final Endpoint client;
  private final Endpoint upstream;
  private final Flow toUpstream;
  private final Flow toClient;
  private boolean turnQueued;

  /** Set when one side is lost, while what it sent is on its way to the other. */
  private @Nullable Aftermath aftermath;

  private boolean lookScheduled;

  Relay(RelayLoop loop, Endpoint client, Endpoint upstream, RelayListener listener) {
    super(loop, listener, SplicePolicy.first(loop.mode()));
    this.client = client;
    this.upstream = upstream;
    TransferListener transfers = transferListener();
    this.toUpstream =
        new Flow(loop, Direction.UPSTREAM, client.socket(), upstream.socket(), transfers);
    this.toClient =
        new Flow(loop, Direction.DOWNSTREAM, upstream.socket(), client.socket(), transfers);
  }

  /**
   * Begins to relay.
   *
   * @param fromClient bytes that the client sent before, or null
   * @param fromUpstream the same of the upstream host
   */
  void begin(@Nullable ByteBuffer fromClient, @Nullable ByteBuffer fromUpstream) {
    if (!enlist()) {
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
      lost(lost, lost.endedBefore() ? Errno.EPIPE : Errno.ECONNRESET);
    } else {
      closeNow(CloseReason.CLIENT_RESET);
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
      if (endpoint.socket().failed()) {
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
    if (isClosed() || aftermath != null || flow.ended()) {
      return;
    }
    Flow.Outcome outcome = flow.advance();
    noteAnswer();
    switch (outcome) {
      case WAITING -> noteBlocked(flow, false);
      case BLOCKED -> noteBlocked(flow, true);
      case MORE -> {
        noteBlocked(flow, false);
        queueTurn();
      }
      case ENDED -> flowEnded(flow);
      case SOURCE_FAILED -> lost(end(flow.source), flow.failure());
      case SINK_FAILED -> lost(end(flow.sink), flow.failure());
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

  private void flowEnded(Flow flow) {
    directionEnded(flow.direction);
    if (flow.source.failed()) {
      lookForLoss(end(flow.source));
    }
  }

  /**
   * A side has ended its direction, and then an error is pending on its socket: it was reset, and
   * takes nothing any more. Only then is the error taken here: before, it belongs to the read that
   * comes behind the last byte, for which it tells a reset from a clean end.
   */
  private void lookForLoss(Endpoint endpoint) {
    if (!isClosed() && aftermath == null && from(endpoint).ended()) {
      int error = loop.kernel().takeError(endpoint.socket().number());
      if (error < 0) {
        lost(endpoint, -error);
      }
    }
  }

  /** A side is gone: nothing can be delivered to it; what it sent goes to the other side. */
  private void lost(Endpoint endpoint, int errno) {
    to(endpoint).abandon();
    Flow remaining = from(endpoint);
    remaining.pause(false);
    if (errno != Errno.EPIPE) {
      // EPIPE says that an end of stream had come before the reset, and that is passed on. After
      // any other error the bytes are all there is.
      remaining.withholdEnd();
    }
    endpoint.socket().lost();
    CloseReason reason = Errno.isLossOfPeer(errno) ? endpoint.side().lost : CloseReason.ERROR;
    aftermath = new Aftermath(loop, remaining, reason);
    continueAftermath(aftermath);
  }

  private void continueAftermath(Aftermath rest) {
    if (isClosed()) {
      return;
    }
    switch (rest.advance()) {
      case MORE -> queueTurn();
      case BLOCKED -> {}
      case SETTLING -> scheduleLook(rest);
      case OVER -> closeNow(rest.reason());
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

  @Override
  boolean isEnding() {
    return aftermath != null;
  }

  @Override
  void expireEnding() {
    if (aftermath != null && aftermath.hasStalled()) {
      closeNow(aftermath.reason());
    }
  }

  @Override
  void watchPeers() {
    watch(client);
    watch(upstream);
  }

  private void watch(Endpoint endpoint) {
    if (endpoint.isOpen()) {
      // Fails for a socket that is not TCP, which needs none.
      loop.peerWatch().over(endpoint.socket().number(), loop.kernel());
    }
  }

  /** Cancels the registrations, closes the channels, and gives the conduits back. */
  @Override
  void release(boolean cut) {
    if (cut) {
      resetOnClose(toUpstream);
      resetOnClose(toClient);
    }
    client.release();
    upstream.release();
    toUpstream.abandon();
    toClient.abandon();
  }

  private void resetOnClose(Flow flow) {
    Endpoint sink = end(flow.sink);
    boolean wholeAndAlive = aftermath == null && flow.ended();
    boolean isReset = sink.socket().failed();
    if (!wholeAndAlive && !isReset && sink.isOpen()) {
      loop.kernel().resetOnClose(sink.socket().number());
    }
  }

  @Override
  void setPaused(Direction direction, boolean paused) {
    transit(direction).pause(paused);
    if (!paused) {
      run();
    }
  }

  @Override
  Flow transit(Direction direction) {
    return switch (direction) {
      case UPSTREAM -> toUpstream;
      case DOWNSTREAM -> toClient;
    };
  }

  private Endpoint end(EpollSocket socket) {
    return socket == client.socket() ? client : upstream;
  }

  private Flow from(Endpoint endpoint) {
    return endpoint == client ? toUpstream : toClient;
  }

  private Flow to(Endpoint endpoint) {
    return endpoint == client ? toClient : toUpstream;
  }
}
