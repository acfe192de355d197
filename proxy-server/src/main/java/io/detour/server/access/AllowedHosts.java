package io.detour.server.access;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import java.util.Set;

/**
 * The host names under which the admin interface answers, and the proxy itself.
 *
 * <p>A page of a foreign site can make a browser send requests to a loopback address by resolving
 * its own name to it (DNS rebinding); such a request still names the foreign host. An IP literal
 * cannot be rebound, and {@code localhost} is never looked up (RFC 6761 6.3).
 *
 * @param names accepted besides those
 */
public record AllowedHosts(Set<Host> names) {
  private static final String LOCALHOST = "localhost";
  private static final int ANY_PORT = 80;

  public AllowedHosts {
    names = Set.copyOf(names);
  }

  /** Whether a {@code Host} field value, {@code host} or {@code host:port}, is accepted. */
  public boolean accepts(String authority) {
    return HostPort.parse(authority, ANY_PORT) instanceof Parsed.Value(HostPort(Host host, _))
        && (host.isAddress() || host.name().equals(LOCALHOST) || names.contains(host));
  }

  /**
   * Whether the {@code Origin} of a request (RFC 6454 7) is the server of its {@code Host} field.
   * Pages of any other server may not act: other servers of this machine have pages as well.
   */
  public static boolean isOwnPage(String origin, String authority) {
    return origin.equalsIgnoreCase("http://" + authority)
        || origin.equalsIgnoreCase("https://" + authority);
  }
}
