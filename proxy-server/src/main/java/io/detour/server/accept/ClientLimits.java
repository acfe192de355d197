package io.detour.server.accept;

import io.detour.core.relay.RelayOptions;

/**
 * How many connections of clients may be open, in all and from one IP address: 1 or more.
 *
 * @param tunnels or {@link #AUTOMATIC}: 20,000, or as many as fit into the descriptors
 */
public record ClientLimits(int tunnels, int tunnelsPerClient) {
  public static final int AUTOMATIC = RelayOptions.AUTOMATIC;

  static final int MOST_AUTOMATIC = 20_000;

  /** An automatic number in all, 2,000 from one address. */
  public static ClientLimits defaults() {
    return new ClientLimits(AUTOMATIC, 2_000);
  }

  boolean isAutomatic() {
    return tunnels == AUTOMATIC;
  }

  ClientLimits withTunnels(int number) {
    return new ClientLimits(number, tunnelsPerClient);
  }
}
