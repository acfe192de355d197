package io.detour.server.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * The handlers of a client's pipeline that carry its bytes, and so stay whatever is spoken over
 * them: TLS. On the client's event loop.
 */
public final class TransportHandlers {
  private TransportHandlers() {}

  /** Whether a handler belongs to the transport. */
  public static boolean isTransport(ChannelHandler handler) {
    return handler instanceof SslHandler;
  }

  /** Removes all handlers but those of the transport and one other. */
  public static void removeOthers(Channel client, ChannelHandler kept) {
    client.pipeline().toMap().values().stream()
        .filter(handler -> !handler.equals(kept) && !isTransport(handler))
        .forEach(client.pipeline()::remove);
  }

  /**
   * Ends our direction behind what was written: with close_notify on TLS (RFC 8446 6.1), then FIN.
   */
  public static void endOutput(DuplexChannel client) {
    SslHandler tls = client.pipeline().get(SslHandler.class);
    if (tls == null) {
      client.shutdownOutput();
    } else {
      tls.closeOutbound().addListener((ChannelFutureListener) closed -> client.shutdownOutput());
    }
  }
}
