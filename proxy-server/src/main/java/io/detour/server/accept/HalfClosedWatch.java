package io.detour.server.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;

/**
 * Closes a client that waits for a target or an answer when it is reset after it has ended its
 * direction.
 *
 * <p>A reset closes a channel by itself as long as Netty polls the socket. When the peer ends its
 * direction, there is nothing left to read and Netty takes the socket out of epoll(7), so a later
 * reset is seen by nobody. Therefore this handler has the kernel asked for the state of the
 * connection, for as long as it stands in the pipeline.
 */
public final class HalfClosedWatch extends ChannelInboundHandlerAdapter {
  /** Half of the 100 ms in which a dial for a client that is gone has to end. */
  private static final long INTERVAL_MILLIS = 50;

  /** The most that are asked about in an interval; of more of them each waits for its turn. */
  private static final int MAX_LOOKS = 100;

  /** {@code TCP_CLOSE} of tcp_states.h, in {@code tcpi_state} of {@code TCP_INFO} (tcp(7)). */
  private static final int TCP_CLOSE = 7;

  /** That of the event loop whose thread asks. */
  private static final FastThreadLocal<Round> ROUND =
      new FastThreadLocal<>() {
        @Override
        protected Round initialValue() {
          return new Round();
        }
      };

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

  private static void watch(ChannelHandlerContext context) {
    if (context.channel() instanceof EpollSocketChannel client) {
      ROUND.get().add(client, context.executor());
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (context.channel() instanceof EpollSocketChannel client) {
      ROUND.get().remove(client);
    }
  }

  /** The half-closed clients of one event loop, which are asked about in turn. On that loop. */
  private static final class Round {
    private final LinkedHashSet<EpollSocketChannel> clients = new LinkedHashSet<>();
    private boolean scheduled;

    void add(EpollSocketChannel client, EventExecutor loop) {
      clients.add(client);
      schedule(loop);
    }

    void remove(EpollSocketChannel client) {
      clients.remove(client);
    }

    private void schedule(EventExecutor loop) {
      if (!scheduled && !clients.isEmpty()) {
        scheduled = true;
        var _ = loop.schedule(() -> look(loop), INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private void look(EventExecutor loop) {
      scheduled = false;
      int looks = Math.min(clients.size(), MAX_LOOKS);
      for (int i = 0; i < looks && !clients.isEmpty(); i++) {
        look(clients.removeFirst());
      }
      schedule(loop);
    }

    /** Closing one may remove others. */
    private void look(EpollSocketChannel client) {
      if (client.isOpen() && !isReset(client)) {
        clients.add(client);
      } else {
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
  }
}
