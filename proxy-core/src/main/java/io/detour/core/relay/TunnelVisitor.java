package io.detour.core.relay;

/** Looks at tunnels that are open, one after the other. */
@FunctionalInterface
public interface TunnelVisitor {
  /**
   * Looks at one. On the tunnel's event loop, which others wait for.
   *
   * @param listener as it was given to {@link RelayEngine#relay}
   */
  void visit(OpenTunnel tunnel, RelayListener listener);
}
