package io.detour.server.serve;

import io.detour.server.account.RequestKind;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client of plain HTTP, for its passage.
 *
 * @param client its connection
 */
record HttpCaller(ClientConnection client) implements Client {
  @Override
  public Channel channel() {
    return client.channel();
  }

  @Override
  public RequestKind kind() {
    return RequestKind.FORWARD;
  }

  @Override
  public SocketAddress address() {
    return client.address();
  }

  @Override
  public @Nullable String via() {
    return client.via();
  }

  @Override
  public @Nullable String user() {
    return client.user();
  }

  @Override
  public @Nullable String userAgent() {
    return client.userAgent();
  }
}
