package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.server.accept.ClientLoop;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that sent {@code CONNECT} (RFC 9110 9.3.6). It gets an answer either way.
 *
 * @param loop the client's event loop
 * @param channel its connection, from which the head has been read
 * @param user the name under which it has been authenticated, or null
 * @param via the proxies that its request has passed: the value of {@code Via}, or null
 * @param userAgent what it calls itself, or null
 */
public record ConnectClient(
    ClientLoop loop,
    Channel channel,
    @Nullable String user,
    @Nullable String via,
    @Nullable String userAgent)
    implements TunnelClient {
  private static final String OK = "HTTP/1.1 200 Connection established\r\n";

  @Override
  public RequestKind kind() {
    return RequestKind.CONNECT;
  }

  @Override
  public ChannelFuture welcome(HostPort asked, HostPort target) {
    String head =
        target.equals(asked)
            ? OK + "\r\n"
            : OK + "Proxy-Status: detour; next-hop=\"" + target + "\"\r\n\r\n";
    return channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), head));
  }

  @Override
  public void refuse(Refusal refusal) {
    StagedClose.behind(loop, channel, Unpooled.wrappedBuffer(refusal.bytes()));
  }
}
