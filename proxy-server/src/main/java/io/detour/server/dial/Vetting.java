package io.detour.server.dial;

import io.detour.core.AddressClass;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.status.DialError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be connected to. It judges the very address object that is connected to, so
 * that no second lookup can change the answer (DNS rebinding).
 *
 * @param allowed classes that are allowed for this dial on top
 */
record Vetting(OwnAddresses own, DestinationPolicy policy, Set<AddressClass> allowed) {
  /** For addresses that are the operator's own word. */
  static Vetting ownOnly(OwnAddresses own) {
    return new Vetting(own, DestinationPolicy.everything(), Set.of());
  }

  /**
   * Why an address is not to be connected to.
   *
   * @param details as {@link DialResult.Failed} has them
   */
  record Objection(DialError error, String details) {
    private static final Objection LOOP =
        new Objection(DialError.PROXY_LOOP, DialError.PROXY_LOOP.details());
  }

  /** Null if the address may be connected to. */
  @Nullable Objection objection(InetSocketAddress remote) {
    if (own.contains(remote)) {
      return Objection.LOOP;
    }
    InetAddress address = remote.getAddress();
    String why = policy.objection(address, own.isOnThisMachine(address), allowed);
    return why == null ? null : new Objection(DialError.DESTINATION_IP_PROHIBITED, why);
  }
}
