package io.detour.server.dns;

import io.detour.server.dial.DialResult;
import io.detour.server.status.DialError;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known about a host. Immutable. */
public sealed interface Resolution {
  /** Where the host is, in the order the addresses are to be tried; at least one. */
  record Addresses(List<InetAddress> inOrder) implements Resolution {
    public Addresses {
      inOrder = List.copyOf(inOrder);
    }
  }

  /** Why there is no address; the components are those of {@link DialResult.Failed}. */
  record Unresolved(DialError error, String details, @Nullable String rcode)
      implements Resolution {}
}
