package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.server.accept.ListenAddress;

/** A plain TCP listener that was asked for: where clients come from and where they are led. */
public sealed interface Forward {
  /**
   * Every client is led to one target, which goes through the rules as a {@code CONNECT} to it
   * would.
   *
   * @param target where they want to go, before the rules
   */
  record Fixed(ListenAddress.Inet listen, HostPort target) implements Forward {}

  /** Clients of one address are joined with clients of the other, in the order of their arrival. */
  record Rendezvous(ListenAddress.Inet first, ListenAddress.Inet second) implements Forward {}
}
