package io.detour.server.access;

import io.detour.core.Address;
import io.detour.core.AddressClass;
import io.detour.core.Subnet;
import io.detour.rules.document.Fields;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be connected to. What is allowed beats what is denied; other addresses are
 * permitted. An entry for an IPv4 address holds for the IPv6 addresses that lead to it as well
 * ({@link Address#reached}). The proxy's own listeners are never connected to, whatever the policy.
 * Immutable; any thread.
 */
public record DestinationPolicy(
    Set<AddressClass> denyClasses,
    List<Subnet> denySubnets,
    Set<AddressClass> allowClasses,
    List<Subnet> allowSubnets) {
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

  public static DestinationPolicy everything() {
    return new DestinationPolicy(Set.of(), List.of(), Set.of(), List.of());
  }

  /**
   * Why an address may not be connected to, or null if it may be: one phrase of printable ASCII
   * without quotes, which says what the address is and where the configuration can say otherwise.
   *
   * @param onThisMachine whether an interface of this machine has the address, which then is {@link
   *     AddressClass#SELF} as well, unless it is a loopback address; it has to be permitted as both
   * @param alsoAllowed further classes that the rule's target allows
   */
  public @Nullable String objection(
      InetAddress address, boolean onThisMachine, Set<AddressClass> alsoAllowed) {
    if (denyClasses.isEmpty() && denySubnets.isEmpty()) {
      return null;
    }
    Address number = Address.of(address);
    if (anyContains(allowSubnets, number)) {
      return null;
    }
    boolean allowed = false;
    for (AddressClass in : classesOf(number, onThisMachine)) {
      boolean allows = allowClasses.contains(in) || alsoAllowed.contains(in);
      if (!allows && denyClasses.contains(in)) {
        return objection(in);
      }
      allowed |= allows;
    }
    return allowed || !anyContains(denySubnets, number)
        ? null
        : "the target's address is not allowed (access.destinations)";
  }

  /** An interface of this machine may have an address that is also of another class. */
  private static List<AddressClass> classesOf(Address number, boolean onThisMachine) {
    AddressClass byNumber = AddressClass.of(number);
    if (!onThisMachine || byNumber == AddressClass.LOOPBACK) {
      return byNumber == null ? List.of() : List.of(byNumber);
    }
    return byNumber == null ? List.of(AddressClass.SELF) : List.of(byNumber, AddressClass.SELF);
  }

  private static String objection(AddressClass denied) {
    String word = Fields.wordOf(denied);
    return "the target's address is not allowed: "
        + word
        + " is denied by access.destinations; a target may allow it: targets: [{ to: ..., allow: ["
        + word
        + "] }]";
  }

  private static boolean anyContains(List<Subnet> subnets, Address address) {
    return subnets.stream()
        .anyMatch(subnet -> subnet.contains(address) || subnet.contains(address.reached()));
  }
}
