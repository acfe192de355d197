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
 * cannot be rebound, and {@code localhost} is never asked of a name server (RFC 6761 6.3).
 *
 * @param names further names that are accepted
 */
public record AllowedHosts(Set<Host> names) {
  private static final String LOCALHOST = "localhost";

  /** Copies the set. */
  public AllowedHosts {
    names = Set.copyOf(names);
  }

  /**
   * Whether a {@code Host} field value is accepted.
   *
   * @param authority {@code host} or {@code host:port} as it came, an IPv6 address in brackets
   */
  public boolean accepts(String authority) {
    return parse(authority) instanceof Parsed.Value(Host host)
        && (host.isAddress() || host.name().equals(LOCALHOST) || names.contains(host));
  }

  /**
   * Whether a page that sends a request is one of the server that it sends it to (RFC 6454 7). Any
   * other one may not act, wherever it is from: other servers of this machine have pages as well.
   *
   * @param origin the {@code Origin} field value
   * @param authority the {@code Host} field value of the same request
   */
  public static boolean isOwnPage(String origin, String authority) {
    return origin.equalsIgnoreCase("http://" + authority)
        || origin.equalsIgnoreCase("https://" + authority);
  }

  private static Parsed<Host> parse(String authority) {
    boolean bracketed = authority.startsWith("[") && authority.endsWith("]");
    if (bracketed) {
      String address = authority.substring(1, authority.length() - 1);
      return address.indexOf(':') >= 0
          ? Host.parse(address)
          : Parsed.malformed("only an IPv6 address stands in brackets");
    }
    if (authority.indexOf(':') < 0) {
      return Host.parse(authority);
    }
    return HostPort.parse(authority).map(HostPort::host);
  }
}
