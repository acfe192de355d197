package io.detour.core.relay;

import io.detour.core.TunnelStats;

/** Hears what becomes of one tunnel. Called on the tunnel's event loop; must not block or throw. */
public interface RelayListener {
  /**
   * The tunnel has ended: both sockets are closed, nothing of it is left. Called once.
   *
   * @param stats what it did
   */
  void ended(TunnelStats stats);
}
