package io.detour.core.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.IoEventLoop;
import io.netty.channel.unix.UnixChannel;
import org.jspecify.annotations.Nullable;

/**
 * Takes two channels out of Netty, so that the relay alone reads and writes their sockets.
 *
 * <p>In this order: every handler goes but the one that collects early bytes, both channels are
 * deregistered, and only when both deregistrations are done are the sockets registered again, as
 * endpoints. Earlier, a registration would replace Netty's own. The channels stay the owners of
 * their descriptors.
 */
final class Handoff {
  private final RelayLoop loop;
  private final Channel client;
  private final Channel upstream;
  private final RelayListener listener;
  private final EarlyBytes fromClient;
  private final EarlyBytes fromUpstream;
  private int registered = 2;

  private Handoff(RelayLoop loop, Channel client, Channel upstream, RelayListener listener) {
    this.loop = loop;
    this.client = client;
    this.upstream = upstream;
    this.listener = listener;
    this.fromClient = collect(client);
    this.fromUpstream = collect(upstream);
  }

  /** Takes both channels over and begins to relay, in later turns of the loop. */
  static void begin(RelayLoop loop, Channel client, Channel upstream, RelayListener listener) {
    Handoff handoff = new Handoff(loop, client, upstream, listener);
    client.deregister().addListener(done -> handoff.released());
    upstream.deregister().addListener(done -> handoff.released());
  }

  private static EarlyBytes collect(Channel channel) {
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    EarlyBytes early = EarlyBytes.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    while (pipeline.first() != null && pipeline.first() != early) {
      pipeline.removeFirst();
    }
    return early;
  }

  private static void clear(ChannelPipeline pipeline) {
    while (pipeline.first() != null) {
      pipeline.removeFirst();
    }
  }

  private void released() {
    registered--;
    if (registered == 0) {
      start();
    }
  }

  private void start() {
    Endpoint clientEnd = endpoint(client, Endpoint.Side.CLIENT, fromClient);
    Endpoint upstreamEnd = endpoint(upstream, Endpoint.Side.UPSTREAM, fromUpstream);
    Relay relay = new Relay(loop, clientEnd, upstreamEnd, listener);
    clear(client.pipeline());
    clear(upstream.pipeline());
    relay.begin(fromClient.take(client), fromUpstream.take(upstream));
  }

  private static Endpoint endpoint(Channel channel, Endpoint.Side side, EarlyBytes early) {
    Endpoint endpoint = new Endpoint(channel, ((UnixChannel) channel).fd(), side);
    if (early.peerEnded()) {
      endpoint.noteEarlyEnd();
    }
    return endpoint;
  }

  /** Why two channels cannot be relayed, or null. */
  static @Nullable String refusal(Channel client, Channel upstream) {
    if (!(client instanceof UnixChannel) || !(upstream instanceof UnixChannel)) {
      return "channels: " + client + ", " + upstream + " (expected: sockets on epoll)";
    }
    if (!client.eventLoop().equals(upstream.eventLoop())) {
      return "channels: on two event loops (expected: both on the same)";
    }
    return client.eventLoop() instanceof IoEventLoop
        ? null
        : "event loop: " + client.eventLoop() + " (expected: an epoll event loop)";
  }
}
