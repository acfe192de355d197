package io.detour.server.serve;

import io.detour.server.accept.ClientLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers and closes so that the client can read the answer (RFC 9112 9.6): write, end our
 * direction, read and discard until the client ends its own or a while has passed, close. Closing
 * with unread input would be a reset, which can destroy the answer on its way.
 */
final class StagedClose extends ChannelInboundHandlerAdapter {
  /** How long a client may take to read the answer and to end. */
  private static final Duration LINGER = Duration.ofSeconds(10);

  /** The same when the server stops and waits for its clients. */
  private static final Duration LAST_LINGER = Duration.ofSeconds(1);

  private final ClientLoop loop;
  private @Nullable Future<?> end;

  private StagedClose(ClientLoop loop) {
    this.loop = loop;
  }

  /**
   * Takes the channel over from its handlers, but for TLS, and closes it behind the answer. On its
   * event loop.
   *
   * @param answer what is left to write of it; may be empty
   */
  static void behind(ClientLoop loop, Channel client, ByteBuf answer) {
    client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    StagedClose last = new StagedClose(loop);
    client.pipeline().addLast(last);
    last.begin(client);
    client.pipeline().toMap().values().stream()
        .filter(handler -> !handler.equals(last) && !(handler instanceof SslHandler))
        .forEach(client.pipeline()::remove);
    client
        .writeAndFlush(answer)
        .addListener(written -> last.answered((DuplexChannel) client, written.isSuccess()));
  }

  /** Also a client that does not take the answer is closed in the end. */
  private void begin(Channel client) {
    Duration linger = loop.isStopping() ? LAST_LINGER : LINGER;
    end =
        client.eventLoop().schedule(() -> client.close(), linger.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void answered(DuplexChannel client, boolean written) {
    if (!written || client.isInputShutdown()) {
      client.close();
      return;
    }
    loop.waits(client);
    endOutput(client);
    client.config().setAutoRead(true);
  }

  /** With close_notify on TLS (RFC 8446 6.1), then FIN. */
  private static void endOutput(DuplexChannel client) {
    SslHandler tls = client.pipeline().get(SslHandler.class);
    if (tls == null) {
      client.shutdownOutput();
    } else {
      tls.closeOutbound().addListener((ChannelFutureListener) closed -> client.shutdownOutput());
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    loop.waitsNoMore(context.channel());
    if (end != null) {
      end.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
