package io.detour.core.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a channel still reads before the relay takes its socket over: bytes behind a
 * protocol's head, or of a peer that speaks first. They go first when the relay begins.
 *
 * <p>Put it at the end of the pipeline before a decoder is removed, since the decoder then hands on
 * what it holds. A channel reads even with AUTO_READ off when its peer half-closes, so this handler
 * stays until the socket is taken over. Belongs to the channel's event loop.
 */
public final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private @Nullable CompositeByteBuf bytes;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf buffer) {
      CompositeByteBuf all = bytes != null ? bytes : context.alloc().compositeBuffer();
      bytes = all.addComponent(true, buffer);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * A reset shows as a closed channel when the relay begins; a half-close shows in its first read.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {}

  /** What was collected, owned by the caller, or null for nothing. */
  @Nullable ByteBuf take() {
    ByteBuf collected = bytes;
    bytes = null;
    return collected;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ReferenceCountUtil.release(take());
  }
}
