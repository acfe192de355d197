package io.detour.config;

import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.access.AccessOptions;
import org.jspecify.annotations.Nullable;

/**
 * Whether a listener would serve whoever reaches it over the network. The wildcard address and
 * every other address that is not a loopback one can be reached from elsewhere; what reaches a UNIX
 * socket is up to the permissions of its folder.
 */
public final class Exposure {
  private static final String EXPECTED =
      "expected: a loopback address, or in the configuration file access: { clients:"
          + " [10.0.0.0/8] } with your subnets";

  private Exposure() {}

  /**
   * Why clients of the proxy must not be accepted there, or null if they may be. Behind a PROXY
   * header anybody may stand: what connects is a load balancer, and it is for others.
   *
   * @param protocol what a connection begins with
   */
  public static @Nullable String objection(
      ListenAddress address, ProxyProtocol protocol, AccessOptions access) {
    return (isLocal(address) && protocol == ProxyProtocol.OFF)
            || access.limitsClients()
            || access.users() != null
        ? null
        : "would be an open proxy, since neither access.clients nor access.users says who may use"
            + " it ("
            + EXPECTED
            + ", or access: { users: FILE })";
  }

  /** Why clients of a plain TCP listener must not be accepted there, or null if they may be. */
  public static @Nullable String objectionToForward(ListenAddress address, AccessOptions access) {
    return isLocal(address) || access.limitsClients()
        ? null
        : "would serve everybody, since access.clients does not say who may use it, and users"
            + " cannot be asked there ("
            + EXPECTED
            + ")";
  }

  private static boolean isLocal(ListenAddress address) {
    return switch (address) {
      case ListenAddress.Inet tcp -> tcp.address().isLoopbackAddress();
      case ListenAddress.Unix _ -> true;
    };
  }
}
