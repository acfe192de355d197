package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tunnel between any two Netty channels: where there is no epoll or no splice, and for TLS. It
 * ends as {@link Relay} does, as far as a channel lets it.
 *
 * <p>Each direction alternates: read a few buffers from the source, write them to the sink, and
 * read again only when the sink has taken all. So what is in flight is bounded, and an end of
 * stream cannot overtake bytes.
 *
 * <p>When one side is lost, the other is reset when its peer has acknowledged the last byte; a
 * channel that cannot tell this is reset a fixed pause after it has taken the byte. On one event
 * loop.
 */
final class PortableRelay extends RelayedTunnel {
  /** For what the survivor's kernel still has to send before a reset throws it away. */
  private static final Duration SETTLING = Duration.ofMillis(50);

  private static final Logger logger = LoggerFactory.getLogger(PortableRelay.class);

  private final PortableEndpoint client;
  private final PortableEndpoint upstream;
  private final PortableFlow toUpstream;
  private final PortableFlow toClient;

  /** The side that is lost, while what it sent is on its way to the other. */
  private @Nullable PortableEndpoint lost;

  private boolean settling;

  private PortableRelay(
      RelayLoop loop, PortableEndpoint client, PortableEndpoint upstream, RelayListener listener) {
    super(loop, listener, RelayPath.COPY);
    this.client = client;
    this.upstream = upstream;
    TransferListener transfers = transferListener();
    toUpstream = new PortableFlow(loop, Direction.UPSTREAM, client, upstream, transfers);
    toClient = new PortableFlow(loop, Direction.DOWNSTREAM, upstream, client, transfers);
  }

  /** Takes both channels over and begins to relay. On the event loop of both. */
  static void begin(RelayLoop loop, Channel client, Channel upstream, RelayListener listener) {
    try {
      new PortableRelay(
              loop,
              new PortableEndpoint(client, Side.CLIENT),
              new PortableEndpoint(upstream, Side.UPSTREAM),
              listener)
          .begin();
    } catch (RuntimeException | Error e) {
      logger.error("a tunnel could not begin, its channels are closed", e);
      client.close();
      upstream.close();
    }
  }

  private void begin() {
    int chunk = loop.options().copyBufferBytes();
    ByteBuffer fromClient = client.take(this, chunk);
    ByteBuffer fromUpstream = upstream.take(this, chunk);
    if (enlist()) {
      guarded(
          () -> {
            startWith(toUpstream, fromClient);
            startWith(toClient, fromUpstream);
            proceed(toUpstream);
            proceed(toClient);
          });
    }
  }

  private void startWith(PortableFlow flow, @Nullable ByteBuffer early) {
    if (early != null) {
      read(flow.source, Unpooled.wrappedBuffer(early));
      flow.sink.flush();
    }
    if (flow.source.endedBefore()) {
      flow.sourceEnds();
    } else if (flow.source.inputEnded() || !flow.source.isOpen()) {
      lost(flow.source);
    }
  }

  /** A side has sent bytes. */
  void read(PortableEndpoint endpoint, ByteBuf bytes) {
    PortableFlow flow = from(endpoint);
    if (isClosed() || flow.ended() || !bytes.isReadable()) {
      bytes.release();
    } else if (flow.paused()) {
      flow.keep(bytes);
    } else {
      pass(flow, bytes);
    }
  }

  private void pass(PortableFlow flow, ByteBuf bytes) {
    int length = bytes.readableBytes();
    guarded(() -> flow.taken(length));
    if (isClosed()) {
      bytes.release();
      return;
    }
    flow.sink.write(bytes).addListener(written -> guarded(() -> written(flow, length, written)));
  }

  private void written(PortableFlow flow, int length, Future<?> written) {
    if (isClosed() || flow.ended()) {
      return;
    }
    if (written.isSuccess()) {
      flow.delivered(length);
      noteAnswer();
      if (!flow.holdsBytes()) {
        proceed(flow);
      }
    } else {
      lost(flow.sink);
    }
  }

  /** A side has no more bytes for now. */
  void readComplete(PortableEndpoint endpoint) {
    guarded(
        () -> {
          PortableFlow flow = from(endpoint);
          flow.sink.flush();
          proceed(flow);
        });
  }

  /** A side has ended its direction. */
  void inputEnded(PortableEndpoint endpoint) {
    guarded(
        () -> {
          if (endpoint == lost) {
            // The failed write took the error away that would tell this end from a clean one.
            from(endpoint).sourceLost();
          } else {
            from(endpoint).sourceEnds();
          }
          from(endpoint).sink.flush();
          proceed(from(endpoint));
        });
  }

  /** Does what a direction waits for, if nothing is in flight. */
  private void proceed(PortableFlow flow) {
    if (isClosed() || (flow.ended() && lost == null)) {
      return;
    }
    if (!flow.ended()) {
      noteBlocked(flow, flow.holdsBytes());
    }
    if (flow.holdsBytes() || flow.paused()) {
      return;
    }
    if (lost != null) {
      proceedAfterLoss(flow);
    } else if (!flow.sourceEnded) {
      flow.source.read();
    } else {
      flow.end();
      directionEnded(flow.direction);
    }
  }

  /** A side is gone: nothing can be delivered to it; what it sent goes to the other side. */
  void lost(PortableEndpoint endpoint) {
    guarded(
        () -> {
          if (isClosed()) {
            return;
          }
          if (lost == endpoint) {
            if (endpoint.inputEnded()) {
              from(endpoint).sourceLost();
              proceed(from(endpoint));
            }
            return;
          }
          if (lost != null) {
            closeNow(lost.side().lost);
            return;
          }
          lost = endpoint;
          to(endpoint).abandon();
          if (!endpoint.isOpen() || endpoint.inputEnded()) {
            from(endpoint).sourceLost();
          }
          setPaused(endpoint.side().from, false);
        });
  }

  /** Reads what the lost side sent until its channel says that there is no more. */
  private void proceedAfterLoss(PortableFlow flow) {
    if (flow.source != lost || settling) {
      return;
    }
    if (flow.owesEnd()) {
      flow.end();
    }
    if (flow.sourceEnded) {
      settling = true;
      settle(flow);
    } else {
      flow.source.read();
    }
  }

  private void settle(PortableFlow flow) {
    loop.eventLoop()
        .schedule(() -> guarded(() -> settled(flow)), SETTLING.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void settled(PortableFlow flow) {
    if (!isClosed() && flow.sink.hasUnacknowledged(loop)) {
      settle(flow);
    } else {
      closeNow(flow.source.side().lost);
    }
  }

  @Override
  boolean isEnding() {
    return lost != null;
  }

  @Override
  void expireEnding() {
    if (lost != null && loop.isOver(loop.options().writeStall(), from(lost).movedNanos())) {
      closeNow(lost.side().lost);
    }
  }

  @Override
  void watchPeers() {
    client.watchPeer(loop);
    upstream.watchPeer(loop);
  }

  @Override
  void release(boolean cut) {
    release(toUpstream, cut);
    release(toClient, cut);
    toUpstream.abandon();
    toClient.abandon();
  }

  private void release(PortableFlow flow, boolean cut) {
    boolean wholeAndAlive = lost == null && flow.ended();
    if (cut && !wholeAndAlive) {
      flow.sink.reset();
    } else {
      flow.sink.close();
    }
  }

  @Override
  void setPaused(Direction direction, boolean paused) {
    PortableFlow flow = transit(direction);
    flow.pause(paused);
    if (paused) {
      return;
    }
    for (ByteBuf bytes = flow.takeKept(); bytes != null; bytes = flow.takeKept()) {
      pass(flow, bytes);
    }
    flow.sink.flush();
    proceed(flow);
  }

  @Override
  void noteProgress() {
    toUpstream.noteProgress();
    toClient.noteProgress();
  }

  @Override
  PortableFlow transit(Direction direction) {
    return switch (direction) {
      case UPSTREAM -> toUpstream;
      case DOWNSTREAM -> toClient;
    };
  }

  private PortableFlow from(PortableEndpoint endpoint) {
    return transit(endpoint.side().from);
  }

  private PortableFlow to(PortableEndpoint endpoint) {
    return transit(endpoint.side().to);
  }
}
