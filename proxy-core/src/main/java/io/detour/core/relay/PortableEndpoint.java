package io.detour.core.relay;

import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a {@link PortableRelay}: the last handler of its channel's pipeline, behind a {@link
 * SslHandler} if there is one. Tells the relay what the channel reads and does what the relay wants
 * of the channel.
 */
final class PortableEndpoint extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(PortableEndpoint.class);

  private static final int MIN_READ = 512;
  private static final int FIRST_READ = 4096;

  /** So that the bytes in flight are bounded by a few buffers. */
  private static final int READS_PER_TURN = 4;

  private final Channel channel;
  private final Side side;
  private final @Nullable SslHandler tls;
  private @Nullable PortableRelay relay;

  /** The socket gives no more; Netty must not be asked to read again. */
  private boolean inputEnded;

  /** This side's direction had ended cleanly before the relay began. */
  private boolean endedBefore;

  /** The relay knows how this side's direction has ended. */
  private boolean endTold;

  PortableEndpoint(Channel channel, Side side) {
    this.channel = channel;
    this.side = side;
    this.tls = channel.pipeline().get(SslHandler.class);
  }

  /**
   * Takes the channel's pipeline over.
   *
   * @param chunkBytes the most that one read takes
   * @return what was read before, or null
   */
  @Nullable ByteBuffer take(PortableRelay owner, int chunkBytes) {
    relay = owner;
    ChannelConfig config = channel.config();
    config.setAutoRead(false);
    // A failed write must not throw away what is still to be read.
    config.setAutoClose(false);
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    int first = Math.min(FIRST_READ, chunkBytes);
    config.setRecvByteBufAllocator(
        new AdaptiveRecvByteBufAllocator(MIN_READ, first, Math.max(first, chunkBytes))
            .maxMessagesPerRead(READS_PER_TURN));
    EarlyBytes early = EarlyBytes.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    // First the others: a decoder hands on what it holds when it is removed.
    pipeline.toMap().values().stream()
        .filter(handler -> handler != early && !(handler instanceof SslHandler))
        .forEach(pipeline::remove);
    ByteBuffer bytes = early.take(channel);
    inputEnded = early.peerEnded();
    endedBefore = tls == null ? early.peerEnded() : tls.sslCloseFuture().isSuccess();
    endTold = endedBefore;
    pipeline.addLast(this);
    if (pipeline.context(early) != null) { // Netty empties the pipeline of a closed channel.
      pipeline.remove(early);
    }
    return bytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && relay != null) {
      relay.read(this, bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (relay != null) {
      relay.readComplete(this);
    }
  }

  /**
   * End of the input. On TLS that is the peer's close_notify: an end of the socket without one may
   * have been forged, so it counts as a loss (RFC 8446 6.1).
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      tellEnd(tls == null);
    } else if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
      tellEnd(true);
    }
  }

  /** A reset, or a TLS failure. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    closed(false);
  }

  /**
   * The transport knows no half-closure, and this is its only end; or somebody else in this process
   * closed the channel in the middle.
   */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed(tls == null && !(channel instanceof DuplexChannel));
  }

  private void closed(boolean clean) {
    inputEnded = true;
    if (endTold && relay != null) {
      relay.lost(this);
    }
    tellEnd(clean);
  }

  private void tellEnd(boolean clean) {
    if (endTold || relay == null) {
      return;
    }
    endTold = true;
    if (clean) {
      relay.inputEnded(this);
    } else {
      relay.lost(this);
    }
  }

  /** Asks for the next bytes. */
  void read() {
    if (!inputEnded) {
      channel.read();
    }
  }

  ChannelFuture write(ByteBuf bytes) {
    return channel.write(bytes);
  }

  void flush() {
    channel.flush();
  }

  /** Tells the peer that no more will come. */
  void endOutput() {
    if (tls != null) {
      tls.closeOutbound();
    } else if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  /** Bytes that Netty holds because the socket does not take them, TLS's own included. */
  long unwrittenBytes() {
    ChannelOutboundBuffer held = channel.unsafe().outboundBuffer();
    return held == null ? 0 : held.totalPendingWriteBytes() - held.currentProgress();
  }

  /** Whether the peer has bytes to acknowledge, as far as the kernel is there to say so. */
  boolean hasUnacknowledged(RelayLoop loop) {
    return channel instanceof UnixChannel socket
        && loop.hasKernel()
        && socket.isOpen()
        && loop.kernel().unacknowledged(socket.fd().intValue()) > 0;
  }

  /** Has the operating system look whether the peer is alive; what it cannot do is left out. */
  void watchPeer(RelayLoop loop) {
    try {
      if (!(channel instanceof UnixChannel socket && loop.hasKernel())) {
        setKeepAlive(loop.peerWatch());
      } else if (socket.isOpen()) {
        loop.peerWatch().over(socket.fd().intValue(), loop.kernel());
      }
    } catch (ChannelException e) {
      logger.debug("no watch over {}", channel, e);
    }
  }

  private void setKeepAlive(PeerWatch watch) {
    ChannelConfig config = channel.config();
    config.setOption(ChannelOption.SO_KEEPALIVE, true);
    config.setOption(NioChannelOption.of(TCP_KEEPIDLE), watch.idleSeconds());
    config.setOption(NioChannelOption.of(TCP_KEEPINTERVAL), watch.intervalSeconds());
  }

  /** Closes the channel, past TLS, which would send a clean end first. */
  void reset() {
    relay = null;
    try {
      if (channel.isOpen()) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
    } catch (ChannelException e) {
      logger.debug("{} is closed without a reset", channel, e);
    }
    channel.unsafe().close(channel.voidPromise());
  }

  void close() {
    relay = null;
    channel.close();
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Whether nothing more can be read. */
  boolean inputEnded() {
    return inputEnded;
  }

  /** Whether this side's direction had ended cleanly before the relay began. */
  boolean endedBefore() {
    return endedBefore;
  }

  Side side() {
    return side;
  }
}
