package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.TunnelStats;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of one tunnel. Called on the tunnel's event loop; must not block. What is
 * thrown is logged and closes the tunnel.
 */
@FunctionalInterface
public interface RelayListener {
  /** The relay of both sockets begins. Called once, unless the tunnel could not begin. */
  default void began(OpenTunnel tunnel) {}

  /** The sink of a direction takes no more for now, and bytes wait for it. */
  default void blocked(Direction direction) {}

  /** The sink has taken what waited since {@link #blocked}. Not told of a tunnel that has ended. */
  default void unblocked(Direction direction) {}

  /** Who hears of every read and write. Asked once, at the beginning; null costs nothing. */
  default @Nullable TransferListener transfers() {
    return null;
  }

  /**
   * The tunnel has ended: both sockets are closed, nothing of it is left. Called once. (A socket
   * that was moved from another event loop is closed by that loop a moment later.)
   */
  void ended(TunnelStats stats);
}
