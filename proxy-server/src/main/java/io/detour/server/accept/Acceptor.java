package io.detour.server.accept;

import io.detour.server.transport.BindFailure;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from one listening socket and hands them to event loops in turn. Lives on the
 * event loop of the socket.
 *
 * <p>When accept(2) fails, for lack of descriptors or memory, the socket stays readable, so asking
 * again at once would burn the processor. It is asked again when a client has gone, or a little
 * later; until then connections wait in the kernel's backlog.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Acceptor.class);

  private static final long RETRY_MILLIS = 100;

  /** A failure after so long a time without one is worth another word. */
  private static final long EPISODE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * How much is read from a client at once: 16 KiB, since one read may be ahead of what is
   * answered, and as many reads in a row as Netty's own allocators allow.
   */
  private static final RecvByteBufAllocator READS =
      new AdaptiveRecvByteBufAllocator(64, 2048, 16 << 10).maxMessagesPerRead(16);

  private final EventLoopGroup loops;
  private final ChannelInitializer<Channel> newClient;
  private final Channel socket;

  /** Whether the listening socket has an option that its connections begin with. */
  private final boolean inheritsNoDelay;

  /** Whether connections are wanted. The socket's event loop. */
  private boolean accepting;

  /** Whether accept(2) has failed and was not tried since. Written by the socket's event loop. */
  private volatile boolean starved;

  /** The clock's time of the last failure; 0 for none. */
  private long lastFailure;

  /**
   * @param socket not yet registered; does not read by itself
   */
  Acceptor(Channel socket, EventLoopGroup loops, ChannelInitializer<Channel> newClient) {
    this.socket = socket;
    this.loops = loops;
    this.newClient = newClient;
    this.inheritsNoDelay = socket.config().setOption(ChannelOption.TCP_NODELAY, true);
    socket.pipeline().addLast(this);
  }

  Channel socket() {
    return socket;
  }

  /** Begins or stops to take connections; done when it has. Any thread. */
  CompletableFuture<Void> accept(boolean wanted) {
    return CompletableFuture.runAsync(
        () -> {
          accepting = wanted;
          read();
        },
        socket.eventLoop());
  }

  /** A descriptor may be free. Any thread. */
  void retry() {
    if (starved) {
      socket.eventLoop().execute(this::tryAgain);
    }
  }

  private void tryAgain() {
    if (starved) {
      starved = false;
      read();
    }
  }

  private void read() {
    socket.config().setAutoRead(accepting && !starved);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel client = (Channel) message;
    client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    client.config().setRecvByteBufAllocator(READS);
    if (!inheritsNoDelay) {
      client.config().setOption(ChannelOption.TCP_NODELAY, true); // false, and no harm, on UNIX
    }
    client.pipeline().addLast(newClient);
    loops
        .register(client)
        .addListener(
            (ChannelFutureListener)
                registered -> {
                  if (!registered.isSuccess()) {
                    client.unsafe().closeForcibly();
                  }
                });
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    starved = true;
    read();
    var _ = context.executor().schedule(this::tryAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    long now = System.nanoTime();
    if (lastFailure == 0 || now - lastFailure > EPISODE_NANOS) {
      logger.warn(
          "clients of {} wait to be accepted until it is possible again: {}",
          socket.localAddress(),
          BindFailure.words(cause));
    }
    lastFailure = now;
  }
}
