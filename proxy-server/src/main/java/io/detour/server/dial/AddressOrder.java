package io.detour.server.dial;

import io.detour.server.dns.Ipv6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a dial tries the addresses of a host: as they were given, or the two families
 * in turn (RFC 8305 4), so that a family that does not work at all costs one attempt before the
 * other has its chance. Of one family the address comes first whose last turn was longest ago, so
 * that a name's addresses share its tunnels. One that has failed lately comes last in any case.
 * Holds those still to be tried; more may come at any time. For one thread.
 */
final class AddressOrder {
  private final AddressMemory.Port memory;
  private final boolean inTurn;
  private final boolean ipv6First;
  private final Family ipv6 = new Family();

  /** All addresses if the families do not take turns. */
  private final Family ipv4 = new Family();

  private final Deque<InetAddress> failed = new ArrayDeque<>(0);

  /** The family whose turn it is. */
  private boolean ipv6Next;

  private static final class Family {
    private final Deque<InetAddress> addresses = new ArrayDeque<>(2);

    /** Whether there were several to choose from. */
    private boolean choice;
  }

  private AddressOrder(AddressMemory.Port memory, boolean inTurn, boolean ipv6First) {
    this.memory = memory;
    this.inTurn = inTurn;
    this.ipv6First = ipv6First;
    this.ipv6Next = ipv6First;
  }

  /** Hands addresses out as they came. */
  static AddressOrder asGiven(AddressMemory.Port memory) {
    return new AddressOrder(memory, false, false);
  }

  /** Hands out an address of one family, then one of the other, as long as there are both. */
  static AddressOrder inTurn(Ipv6 use, AddressMemory.Port memory) {
    return new AddressOrder(memory, true, use == Ipv6.PREFER);
  }

  /** Whether there are addresses of the family that comes first that have not failed lately. */
  boolean hasFirst() {
    return !(ipv6First ? ipv6 : ipv4).addresses.isEmpty();
  }

  List<InetAddress> drain() {
    List<InetAddress> inOrder = new ArrayList<>();
    for (InetAddress next = next(); next != null; next = next()) {
      inOrder.add(next);
    }
    return inOrder;
  }

  void add(List<InetAddress> addresses) {
    for (InetAddress address : inTurn ? memory.leastRecent(addresses) : addresses) {
      if (memory.hasFailed(address)) {
        failed.add(address);
      } else {
        Family family = inTurn && address instanceof Inet6Address ? ipv6 : ipv4;
        family.choice |= inTurn && !family.addresses.isEmpty();
        family.addresses.add(address);
      }
    }
  }

  boolean isEmpty() {
    return ipv6.addresses.isEmpty() && ipv4.addresses.isEmpty() && failed.isEmpty();
  }

  /** Takes the next address, null if there is none. */
  @Nullable InetAddress next() {
    boolean takeIpv6 = ipv4.addresses.isEmpty() || (ipv6Next && !ipv6.addresses.isEmpty());
    Family family = takeIpv6 ? ipv6 : ipv4;
    InetAddress next = family.addresses.poll();
    if (next == null) {
      return failed.poll();
    }
    ipv6Next = !takeIpv6;
    if (family.choice) {
      memory.used(next);
    }
    return next;
  }

  /** What became of an attempt, for the dials to come. */
  void ended(InetAddress address, boolean connected) {
    memory.ended(address, connected);
  }

  void clear() {
    ipv6.addresses.clear();
    ipv4.addresses.clear();
    failed.clear();
  }
}
