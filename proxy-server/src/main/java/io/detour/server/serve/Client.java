package io.detour.server.serve;

import io.detour.server.accept.ClientAddress;
import io.detour.server.account.RequestKind;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Who asks for something. All methods are called on the client's event loop. */
public interface Client {
  /** The client's connection. */
  Channel channel();

  /** What its answers are counted as. */
  RequestKind kind();

  /** Who it is in the log, and for rules about clients. */
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
}
