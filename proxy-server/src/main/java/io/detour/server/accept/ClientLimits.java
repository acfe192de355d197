package io.detour.server.accept;

/** How many connections of clients may be open, in all and from one IP address: 1 or more. */
public record ClientLimits(int tunnels, int tunnelsPerClient) {
  /** 20,000 in all, 2,000 from one address. */
  public static ClientLimits defaults() {
    return new ClientLimits(20_000, 2_000);
  }
}
