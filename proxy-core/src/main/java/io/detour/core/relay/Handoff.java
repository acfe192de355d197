package io.detour.core.relay;

import io.detour.core.tcp.EpollSocket;
import io.detour.core.tcp.TcpChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.UnixChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes two epoll channels out of Netty, so that the relay alone reads and writes their sockets.
 *
 * <p>In this order: every handler goes but the one that collects early bytes, each channel lets its
 * socket go, on its own event loop, and only then do both become endpoints on the relay's loop. A
 * {@link TcpChannel} of that loop keeps its registration; any other channel is deregistered, and
 * its socket registered anew when that is done, since an earlier registration would replace Netty's
 * own. The channels stay the owners of their descriptors.
 */
final class Handoff {
  private static final Logger logger = LoggerFactory.getLogger(Handoff.class);

  private final RelayLoop loop;
  private final Channel client;
  private final Channel upstream;
  private final RelayListener listener;
  private final AtomicInteger registered = new AtomicInteger(2);

  private Handoff(RelayLoop loop, Channel client, Channel upstream, RelayListener listener) {
    this.loop = loop;
    this.client = client;
    this.upstream = upstream;
    this.listener = listener;
  }

  /** Takes both channels over and begins to relay, in later turns of the loop. Any thread. */
  static void begin(RelayLoop loop, Channel client, Channel upstream, RelayListener listener) {
    Handoff handoff = new Handoff(loop, client, upstream, listener);
    handoff.take(client);
    handoff.take(upstream);
  }

  private void take(Channel channel) {
    if (channel.eventLoop().inEventLoop()) {
      collect(channel);
      release(channel);
    } else {
      channel.eventLoop().execute(() -> take(channel));
    }
  }

  /** A socket that is on the relay's loop already stays registered there. */
  private void release(Channel channel) {
    if (!(channel instanceof TcpChannel tcp)) {
      channel.deregister().addListener((ChannelFuture done) -> released());
      return;
    }
    EpollSocket socket = tcp.release();
    if (!channel.eventLoop().equals(loop.eventLoop())) {
      socket.deregister();
    }
    released();
  }

  private static void collect(Channel channel) {
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    EarlyBytes early = EarlyBytes.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    while (pipeline.first() != null && pipeline.first() != early) {
      pipeline.removeFirst();
    }
  }

  /** A channel is out of its event loop. On that loop's thread. */
  private void released() {
    if (registered.decrementAndGet() == 0) {
      // Never in the caller's stack: bytes may be on their way to the collectors.
      loop.eventLoop().execute(this::start);
    }
  }

  private void start() {
    EarlyBytes fromClient = EarlyBytes.of(client);
    EarlyBytes fromUpstream = EarlyBytes.of(upstream);
    Endpoint clientEnd = endpoint(client, Side.CLIENT, fromClient);
    Endpoint upstreamEnd = endpoint(upstream, Side.UPSTREAM, fromUpstream);
    clear(client.pipeline());
    clear(upstream.pipeline());
    try {
      new Relay(loop, clientEnd, upstreamEnd, listener)
          .begin(fromClient.take(client), fromUpstream.take(upstream));
    } catch (RuntimeException | Error e) {
      logger.error("a tunnel could not begin, its channels are closed", e);
      client.close();
      upstream.close();
    }
  }

  private static Endpoint endpoint(Channel channel, Side side, EarlyBytes early) {
    EpollSocket socket =
        channel instanceof TcpChannel tcp
            ? tcp.release()
            : new EpollSocket(((UnixChannel) channel).fd());
    if (early.peerEnded()) {
      socket.noteEnd();
    }
    return new Endpoint(channel, socket, side, early.peerEnded());
  }

  private static void clear(ChannelPipeline pipeline) {
    while (pipeline.first() != null) {
      pipeline.removeFirst();
    }
  }
}
