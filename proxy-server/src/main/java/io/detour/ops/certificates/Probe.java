package io.detour.ops.certificates;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.HostPort;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be tried out. Immutable.
 *
 * @param via the parent proxy that is to dial it, or null
 * @param allow addresses of these classes may be dialled although the server denies them
 * @param legacyName whose certificate the target should have, and who it is told is asked for
 */
public record Probe(
    HostPort target, @Nullable String via, Set<AddressClass> allow, Host legacyName, Depth depth) {
  public Probe {
    allow = Set.copyOf(allow);
  }

  /** How far a probe goes; each depth includes those before it. */
  public enum Depth {
    /** The addresses of the target. */
    RESOLVE,
    /** A connection, which is closed at once. */
    CONNECT,
    /** A TLS handshake on the connection. */
    TLS
  }

  /** The addresses of a host; a port is needed, but not used. */
  static Probe ofAddresses(Host host) {
    return new Probe(new HostPort(host, 443), null, Set.of(), host, Depth.RESOLVE);
  }
}
