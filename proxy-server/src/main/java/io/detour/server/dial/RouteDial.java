package io.detour.server.dial;

/** A walk over a route that was started by {@link RouteDialer#dial}. For its event loop alone. */
public interface RouteDial extends Dial {
  /** How far it has come; not to be asked once the callback was called. */
  RouteProgress progress();
}
