package io.detour.server.dial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.CompletableFuture;

/** Reads a connection to its end, as the receiver of a dial's result would relay it. */
final class Transcript extends ChannelInboundHandlerAdapter {
  private final StringBuilder read = new StringBuilder();
  private final CompletableFuture<String> text = new CompletableFuture<>();

  /** Is called within the callback, like the tunnel's collector of early bytes. */
  void takeOver(DuplexChannel upstream) {
    upstream.pipeline().addLast(this);
    upstream.eventLoop().execute(() -> upstream.config().setAutoRead(true));
  }

  /** All of it, once the peer has ended. */
  CompletableFuture<String> text() {
    return text;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    read.append(bytes.toString(ISO_8859_1));
    bytes.release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      text.complete(read.toString());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    text.complete(read.toString());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    text.completeExceptionally(cause);
  }
}
