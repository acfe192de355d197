package io.detour.server.dns;

import io.detour.server.status.DialError;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names whose answer is fixed by a standard and for which no query may be sent. */
final class ReservedNames {
  /** RFC 6761 6.3. */
  private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");

  private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

  /** RFC 6761 6.4. */
  private static final Resolution INVALID =
      new Resolution.Unresolved(DialError.DNS_ERROR, "names in .invalid do not exist", "NXDOMAIN");

  /** RFC 7686 2. */
  private static final Resolution ONION =
      new Resolution.Unresolved(
          DialError.DNS_ERROR, "names in .onion are not looked up in DNS", "NXDOMAIN");

  private ReservedNames() {}

  /**
   * The answer for a reserved name.
   *
   * @param name a canonical name
   * @param use which loopback address comes first
   * @return null for any other name
   */
  static @Nullable Resolution resolve(String name, Ipv6 use) {
    if (isWithin(name, "localhost")) {
      return new Resolution.Addresses(loopback(use));
    }
    if (isWithin(name, "invalid")) {
      return INVALID;
    }
    return isWithin(name, "onion") ? ONION : null;
  }

  private static List<InetAddress> loopback(Ipv6 use) {
    return switch (use) {
      case PREFER -> List.of(LOOPBACK_6, LOOPBACK_4);
      case AVOID -> List.of(LOOPBACK_4, LOOPBACK_6);
      case OFF -> List.of(LOOPBACK_4);
    };
  }

  private static boolean isWithin(String name, String topLevel) {
    int before = name.length() - topLevel.length() - 1;
    return name.endsWith(topLevel) && (before < 0 || name.charAt(before) == '.');
  }
}
