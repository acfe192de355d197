package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for something, in its protocol: the only thing in which tunnels differ before their
 * bytes flow. The connection of a tunnel's client reads no more by itself; what it reads all the
 * same is kept in {@link EarlyBytes}. All methods are called on the client's event loop.
 */
public interface Client {
  /** Its connection. */
  Channel channel();

  /** What its answers are counted as. */
  RequestKind kind();

  /** Who it is in the log. */
  default SocketAddress address() {
    return ClientAddress.of(channel());
  }

  /** The value of {@code Via} of its request, well-formed, or null. */
  default @Nullable String via() {
    return null;
  }

  /** The name under which it has been authenticated, or null. */
  default @Nullable String user() {
    return null;
  }

  /** What it calls itself, as it came, or null. */
  default @Nullable String userAgent() {
    return null;
  }

  /**
   * Tells the client that the target is connected, if its protocol has words for that. Done when
   * the bytes of the tunnel may follow, failed when they cannot.
   */
  ChannelFuture welcome(HostPort asked, HostPort target);

  /** Tells the client that there is no tunnel, and closes its connection. */
  void refuse(Refusal refusal);

  /** The tunnel has ended; both connections are closed. */
  default void ended(TunnelStats stats) {}

  /** Sent an HTTP request: {@code CONNECT} (RFC 9110 9.3.6) when it wants a tunnel. */
  record Http(
      ClientLoop loop,
      Channel channel,
      RequestKind kind,
      @Nullable String user,
      @Nullable String via,
      @Nullable String userAgent)
      implements Client {
    private static final String OK = "HTTP/1.1 200 Connection established\r\n";

    static Http of(
        ClientLoop loop,
        Channel channel,
        RequestKind kind,
        @Nullable String user,
        RequestHead head) {
      String via = ViaField.received(head.fields());
      return new Http(loop, channel, kind, user, via, head.fields().first("User-Agent"));
    }

    /**
     * Takes the connection from the handler that has read the request.
     *
     * @param behind what was read behind the head: the first bytes of the tunnel
     * @param inputEnded whether the client has ended its direction
     */
    void takeOver(ChannelHandler reader, ByteBuf behind, boolean inputEnded) {
      channel.pipeline().addLast(new EarlyBytes());
      ChannelHandlerContext context = channel.pipeline().context(reader);
      if (behind.isReadable()) {
        context.fireChannelRead(behind);
      } else {
        behind.release();
      }
      if (inputEnded) {
        context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      }
      channel.pipeline().remove(reader);
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

  /**
   * Came to a plain TCP listener. Every byte that it gets is the target's: a tunnel begins without
   * a word, and where there is none, the connection is reset, so that nobody takes its end for an
   * empty answer.
   */
  record Tcp(Channel channel) implements Client {
    /** Takes over an accepted connection that has not read anything. */
    static Tcp of(Channel channel) {
      channel.config().setAutoRead(false);
      channel.pipeline().addLast(new EarlyBytes());
      ResetOnClose.set(channel);
      return new Tcp(channel);
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
}
