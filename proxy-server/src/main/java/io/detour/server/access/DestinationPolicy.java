package io.detour.server.access;

import io.detour.core.AddressClass;
import io.detour.core.Subnet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which addresses may be connected to. What is allowed beats what is denied; an address of which
 * nothing is said is permitted. Immutable; any thread.
 *
 * @param denyClasses classes of addresses that are denied
 * @param denySubnets addresses that are denied
 * @param allowClasses classes of addresses that are allowed
 * @param allowSubnets addresses that are allowed
 */
public record DestinationPolicy(
    Set<AddressClass> denyClasses,
    List<Subnet> denySubnets,
    Set<AddressClass> allowClasses,
    List<Subnet> allowSubnets) {
  /** Copies the collections. */
  public DestinationPolicy {
    denyClasses = Set.copyOf(denyClasses);
    denySubnets = List.copyOf(denySubnets);
    allowClasses = Set.copyOf(allowClasses);
    allowSubnets = List.copyOf(allowSubnets);
  }

  /** Every class is denied: no client reaches this machine or its neighbours by accident. */
  public static DestinationPolicy defaults() {
    return new DestinationPolicy(EnumSet.allOf(AddressClass.class), List.of(), Set.of(), List.of());
  }

  /** Every address is permitted. */
  public static DestinationPolicy everything() {
    return new DestinationPolicy(Set.of(), List.of(), Set.of(), List.of());
  }
}
