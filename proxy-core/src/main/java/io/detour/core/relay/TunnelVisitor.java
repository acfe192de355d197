package io.detour.core.relay;

/** Looks at tunnels that are open, one after the other. */
@FunctionalInterface
public interface TunnelVisitor {
  /** Looks at one and its listener. On the tunnel's event loop, which others wait for. */
  void visit(OpenTunnel tunnel, RelayListener listener);
}
