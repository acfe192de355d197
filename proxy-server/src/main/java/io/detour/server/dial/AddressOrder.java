package io.detour.server.dial;

import io.detour.server.dns.FamilyAnswers;
import io.detour.server.dns.Ipv6;
import io.detour.server.dns.Resolution;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order in which addresses are tried: as they were given, or the two families in turn (RFC 8305
 * 4), so that a family that does not work at all costs one attempt before the other has its chance.
 * Holds those still to be tried; more may come at any time. For one thread.
 */
final class AddressOrder {
  private final boolean inTurn;
  private final boolean ipv6First;
  private final Deque<InetAddress> ipv6 = new ArrayDeque<>();

  /** All addresses if the families do not take turns. */
  private final Deque<InetAddress> ipv4 = new ArrayDeque<>();

  /** The family whose turn it is. */
  private boolean ipv6Next;

  private AddressOrder(boolean inTurn, boolean ipv6First) {
    this.inTurn = inTurn;
    this.ipv6First = ipv6First;
    this.ipv6Next = ipv6First;
  }

  /** Hands addresses out as they came. */
  static AddressOrder asGiven() {
    return new AddressOrder(false, false);
  }

  /** Hands out an address of one family, then one of the other, as long as there are both. */
  static AddressOrder inTurn(Ipv6 use) {
    return new AddressOrder(true, use == Ipv6.PREFER);
  }

  /** Whether addresses of the family that comes first are known. */
  boolean hasFirst(FamilyAnswers known) {
    return (ipv6First ? known.ipv6() : known.ipv4()) instanceof Resolution.Addresses;
  }

  List<InetAddress> drain() {
    List<InetAddress> inOrder = new ArrayList<>();
    for (InetAddress next = next(); next != null; next = next()) {
      inOrder.add(next);
    }
    return inOrder;
  }

  void add(InetAddress address) {
    (inTurn && address instanceof Inet6Address ? ipv6 : ipv4).add(address);
  }

  boolean isEmpty() {
    return ipv6.isEmpty() && ipv4.isEmpty();
  }

  /** Takes the next address, null if there is none. */
  @Nullable InetAddress next() {
    boolean takeIpv6 = ipv4.isEmpty() || (ipv6Next && !ipv6.isEmpty());
    InetAddress next = (takeIpv6 ? ipv6 : ipv4).poll();
    if (next != null) {
      ipv6Next = !takeIpv6;
    }
    return next;
  }

  void clear() {
    ipv6.clear();
    ipv4.clear();
  }
}
