package io.detour.server.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

/**
 * Makes the close of a TCP connection a reset, whoever closes it, while it is neither served nor
 * refused in words (socket(7), {@code SO_LINGER} of zero seconds). On the connection's event loop.
 */
public final class ResetOnClose {
  private static final int AT_ONCE = 0;
  private static final int OFF = -1;

  private ResetOnClose() {}

  /** From now on. */
  public static void set(Channel connection) {
    connection.config().setOption(ChannelOption.SO_LINGER, AT_ONCE);
  }

  /**
   * Resets now, past whatever would take leave of the peer first: the close_notify of TLS would
   * tell it that all has come (RFC 8446 6.1). Between UNIX sockets there is no reset, so the peer
   * sees an end.
   */
  public static void reset(Channel connection) {
    if (connection.isOpen()) {
      set(connection);
      connection.unsafe().close(connection.newPromise());
    }
  }

  /** No longer: the relay decides how the connection ends. */
  public static void clear(Channel connection) {
    connection.config().setOption(ChannelOption.SO_LINGER, OFF);
  }
}
