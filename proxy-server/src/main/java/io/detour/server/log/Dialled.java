package io.detour.server.log;

import io.detour.core.HostPort;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a request was led. Immutable.
 *
 * @param target the last place that was dialled, or whose connection was used again
 * @param attempts how many were dialled; 0 for a connection that was used again
 * @param remote the address to which there is a connection, or null for none
 */
public record Dialled(
    HostPort target,
    int attempts,
    @Nullable SocketAddress remote,
    long dnsNanos,
    long connectNanos) {

  /** The connection of an earlier request is used again. */
  public static Dialled again(HostPort target, @Nullable SocketAddress remote) {
    return new Dialled(target, 0, remote, 0, 0);
  }

  /** No connection came of it. */
  public static Dialled inVain(HostPort target, int attempts) {
    return new Dialled(target, attempts, null, 0, 0);
  }

  /** Address and port, or what the socket calls itself, or null. */
  @Nullable String remoteText() {
    if (remote instanceof InetSocketAddress socket && socket.getAddress() != null) {
      return NetUtil.toSocketAddressString(socket);
    }
    return remote == null ? null : remote.toString();
  }
}
