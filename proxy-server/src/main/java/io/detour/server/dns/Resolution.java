package io.detour.server.dns;

import io.detour.server.status.DialError;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a host is, or why that is not known. Immutable. */
public sealed interface Resolution {
  /** At least one. */
  record Addresses(List<InetAddress> addresses) implements Resolution {
    public Addresses {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * There is no address.
   *
   * @param details what happened, as one phrase of printable ASCII without quotes
   * @param rcode the name of the DNS response code if there was one, such as {@code NXDOMAIN}
   */
  record Unresolved(DialError error, String details, @Nullable String rcode) implements Resolution {
    /** With the usual details. */
    public static Unresolved of(DialError error) {
      return new Unresolved(error, error.details(), null);
    }
  }
}
