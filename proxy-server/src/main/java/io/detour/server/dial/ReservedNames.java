package io.detour.server.dial;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names whose answer is fixed by a standard and for which no query may be sent. */
final class ReservedNames {
  /** RFC 6761 6.3. */
  private static final Resolution LOOPBACK =
      new Resolution.Addresses(
          List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")));

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
   * @return null for any other name
   */
  static @Nullable Resolution resolve(String name) {
    if (isWithin(name, "localhost")) {
      return LOOPBACK;
    }
    if (isWithin(name, "invalid")) {
      return INVALID;
    }
    return isWithin(name, "onion") ? ONION : null;
  }

  private static boolean isWithin(String name, String topLevel) {
    int before = name.length() - topLevel.length() - 1;
    return name.endsWith(topLevel) && (before < 0 || name.charAt(before) == '.');
  }
}
