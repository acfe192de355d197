package io.detour.server.accept;

/**
 * How many clients are served at once.
 *
 * @param tunnels connections of clients in all, at least 1
 * @param tunnelsPerClient connections from one IP address, at least 1
 */
public record ClientLimits(int tunnels, int tunnelsPerClient) {
  /** 20,000 in all, 2,000 from one address. */
  public static ClientLimits defaults() {
    return new ClientLimits(20_000, 2_000);
  }
}
