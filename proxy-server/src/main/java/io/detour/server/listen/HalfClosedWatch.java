package io.detour.server.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a client that waits for its tunnel when it is reset after it has ended its direction.
 *
 * <p>A reset closes a channel by itself as long as Netty polls the socket. When the peer ends its
 * direction, there is nothing left to read and Netty takes the socket out of epoll(7), so a later
 * reset is seen by nobody. Therefore this handler asks the kernel for the state of the connection,
 * for as long as it stands in the pipeline.
 */
public final class HalfClosedWatch extends ChannelInboundHandlerAdapter {
  /** Half of the 100 ms in which a dial for a client that is gone has to end. */
  private static final long INTERVAL_MILLIS = 50;

  /** {@code TCP_CLOSE} of tcp_states.h, in {@code tcpi_state} of {@code TCP_INFO} (tcp(7)). */
  private static final int TCP_CLOSE = 7;

  private @Nullable Future<?> looks;

  private HalfClosedWatch() {}

  /**
   * Watches a client, before any handler that keeps its events; does nothing if it is watched
   * already. On its event loop.
   */
  public static void over(Channel client) {
    if (client.pipeline().get(HalfClosedWatch.class) == null) {
      client.pipeline().addFirst(new HalfClosedWatch());
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (context.channel() instanceof DuplexChannel client && client.isInputShutdown()) {
      watch(context);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent) {
      watch(context);
    }
    super.userEventTriggered(context, event);
  }

  private void watch(ChannelHandlerContext context) {
    if (looks == null && context.channel() instanceof EpollSocketChannel client) {
      looks =
          context
              .executor()
              .scheduleWithFixedDelay(
                  () -> look(client), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look(EpollSocketChannel client) {
    if (!client.isOpen() || isReset(client)) {
      stop();
      client.close();
    }
  }

  private static boolean isReset(EpollSocketChannel client) {
    try {
      return client.tcpInfo().state() == TCP_CLOSE;
    } catch (ChannelException e) {
      return true; // The descriptor is no connection any more.
    }
  }

  private void stop() {
    if (looks != null) {
      looks.cancel(false);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stop();
  }
}
