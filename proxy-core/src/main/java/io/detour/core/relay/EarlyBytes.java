package io.detour.core.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a channel still reads before the relay takes its socket over: bytes behind a
 * protocol's head, or of a peer that speaks first. They go first when the relay begins.
 *
 * <p>Put it at the end of the pipeline before a decoder is removed, since the decoder then hands on
 * what it holds. A channel reads even with AUTO_READ off when its peer half-closes, so this handler
 * stays until the socket is taken over. What it holds outlives the pipeline, which Netty empties
 * when the peer resets: those bytes came before the reset. Belongs to the channel's event loop.
 */
public final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<EarlyBytes> KEY = AttributeKey.valueOf(EarlyBytes.class, "of");

  private @Nullable ByteArrayOutputStream bytes;
  private boolean peerEnded;

  /** The collector of a channel, which also finds it when the pipeline is empty already. */
  static EarlyBytes of(Channel channel) {
    EarlyBytes early = channel.attr(KEY).get();
    if (early == null) {
      early = new EarlyBytes();
      channel.pipeline().addLast(early);
    }
    return early;
  }

  /** A collector for one channel. */
  public EarlyBytes() {}

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf buffer) {
      if (bytes == null) {
        bytes = new ByteArrayOutputStream(buffer.readableBytes());
      }
      bytes.writeBytes(ByteBufUtil.getBytes(buffer));
    }
    ReferenceCountUtil.release(message);
  }

  /** A reset shows as a closed channel when the relay begins, a half-close in its first read. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    peerEnded |= event instanceof ChannelInputShutdownEvent;
  }

  /** Whether the peer has ended its direction. */
  boolean peerEnded() {
    return peerEnded;
  }

  /** What was collected, or null for nothing; the channel forgets the collector. */
  @Nullable ByteBuffer take(Channel channel) {
    channel.attr(KEY).set(null);
    return bytes == null ? null : ByteBuffer.wrap(bytes.toByteArray());
  }
}
