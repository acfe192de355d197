package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/**
 * A client that asks for a tunnel, in its protocol: the only thing in which tunnels differ before
 * their bytes flow. All methods are called on the client's event loop.
 */
public interface TunnelClient extends Client {
  /**
   * The client's connection. It reads no more by itself; what it reads all the same is kept in
   * {@link EarlyBytes}.
   */
  @Override
  Channel channel();

  /**
   * Tells the client that the target is connected, if its protocol has words for that.
   *
   * @param asked what it asked for
   * @param target where the rules led it
   * @return done when the bytes of the tunnel may follow; failed when they cannot
   */
  ChannelFuture welcome(HostPort asked, HostPort target);

  /** Tells the client that there is no tunnel, and closes its connection. */
  void refuse(Refusal refusal);

  /** The tunnel has ended; both connections are closed. */
  default void ended(TunnelStats stats) {}
}
