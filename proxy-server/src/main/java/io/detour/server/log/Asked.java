package io.detour.server.log;

import io.detour.core.HostPort;
import io.detour.server.account.RequestKind;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for what. Immutable.
 *
 * @param client the address of the client, as {@link #text} writes it: a port tells nobody who it
 *     is
 * @param userAgent what the client calls itself, as it came, or null
 */
public record Asked(
    long id,
    RequestKind kind,
    String client,
    @Nullable String user,
    @Nullable String userAgent,
    @Nullable HostPort requested) {

  /** A request of which no more is known. */
  public static Asked unread(long id, RequestKind kind, SocketAddress client) {
    return new Asked(id, kind, text(client), null, null, null);
  }

  /**
   * An IP address without port or brackets (RFC 5952), or what a socket without one calls itself.
   */
  public static String text(SocketAddress client) {
    return client instanceof InetSocketAddress socket && socket.getAddress() != null
        ? NetUtil.toAddressString(socket.getAddress())
        : client.toString();
  }
}
