package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/**
 * A client of a plain TCP listener. Every byte that it gets is the target's: a tunnel begins
 * without a word, and where there is none, the connection is reset, so that nobody takes its end
 * for an empty answer.
 */
public final class TcpClient implements TunnelClient {
  private final Channel channel;

  private TcpClient(Channel channel) {
    this.channel = channel;
  }

  /**
   * Takes a new client.
   *
   * @param channel an accepted connection that has not read anything
   */
  public static TcpClient of(Channel channel) {
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(new EarlyBytes());
    ResetOnClose.set(channel);
    return new TcpClient(channel);
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public RequestKind kind() {
    return RequestKind.TCP;
  }

  @Override
  public ChannelFuture welcome(HostPort asked, HostPort target) {
    ResetOnClose.clear(channel);
    return channel.newSucceededFuture();
  }

  @Override
  public void refuse(Refusal refusal) {
    channel.close();
  }
}
