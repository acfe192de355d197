package io.detour.clients;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Reads the first message of a TLS client. */
final class ClientHello extends AbstractSniHandler<Boolean> {
  private String name = "";

  private ClientHello() {}

  /** The server name that the client asks for (RFC 6066 3), or an empty text for none. */
  static String serverName(byte[] stream) {
    ClientHello hello = new ClientHello();
    EmbeddedChannel channel = new EmbeddedChannel(hello);
    channel.writeInbound(Unpooled.wrappedBuffer(stream));
    channel.finishAndReleaseAll();
    return hello.name;
  }

  @Override
  protected Future<Boolean> lookup(ChannelHandlerContext context, @Nullable String hostname) {
    name = hostname == null ? "" : hostname;
    return context.executor().newSucceededFuture(true);
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext context, @Nullable String hostname, Future<Boolean> done) {
    // The name is all that is wanted.
  }
}
