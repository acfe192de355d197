package io.detour.server.dns;

import io.detour.server.account.DialCounts;
import io.detour.server.dial.AddressOrder;
import io.detour.server.status.DialError;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a name's addresses of both families. Immutable.
 *
 * @param ipv4 the answer about IPv4, or null as long as there is none
 * @param ipv6 the answer about IPv6, or null as long as there is none
 */
public record FamilyAnswers(@Nullable Resolution ipv4, @Nullable Resolution ipv6) {
  /** The answer when a name exists and has no address of a family; also for a family not asked. */
  static final Resolution.Unresolved NO_ADDRESS =
      new Resolution.Unresolved(DialError.DNS_ERROR, DialError.DNS_ERROR.details(), null);

  /** Nothing is known yet. */
  static FamilyAnswers none(Ipv6 use) {
    return new FamilyAnswers(null, use == Ipv6.OFF ? NO_ADDRESS : null);
  }

  FamilyAnswers withIpv4(Resolution answer) {
    return new FamilyAnswers(answer, ipv6);
  }

  FamilyAnswers withIpv6(Resolution answer) {
    return new FamilyAnswers(ipv4, answer);
  }

  /** The same where a family that was not answered is answered so. */
  FamilyAnswers completed(Resolution answer) {
    return new FamilyAnswers(ipv4 == null ? answer : ipv4, ipv6 == null ? answer : ipv6);
  }

  /** Whether there is nothing more to come. */
  public boolean isComplete() {
    return ipv4 != null && ipv6 != null;
  }

  public boolean hasAddresses() {
    return ipv4 instanceof Resolution.Addresses || ipv6 instanceof Resolution.Addresses;
  }

  /** Whether addresses of the family that comes first are there. */
  public boolean hasFirst(Ipv6 use) {
    return (use == Ipv6.PREFER ? ipv6 : ipv4) instanceof Resolution.Addresses;
  }

  /** The addresses that are known, family by family. */
  List<InetAddress> addresses() {
    List<InetAddress> addresses = new ArrayList<>(2);
    if (ipv4 instanceof Resolution.Addresses found) {
      addresses.addAll(found.inOrder());
    }
    if (ipv6 instanceof Resolution.Addresses found) {
      addresses.addAll(found.inOrder());
    }
    return addresses;
  }

  /** All of it as one answer, once it is complete. */
  public Resolution whole(Ipv6 use) {
    return hasAddresses()
        ? new Resolution.Addresses(AddressOrder.inTurn(addresses(), use))
        : failure();
  }

  /** What the lookup is counted as, once it is complete. */
  DialCounts.Lookup lookup() {
    if (hasAddresses()) {
      return DialCounts.Lookup.SUCCESS;
    }
    Resolution.Unresolved failure = failure();
    if (failure.error() == DialError.DNS_TIMEOUT) {
      return DialCounts.Lookup.TIMEOUT;
    }
    return failure.equals(NO_ADDRESS) || "NXDOMAIN".equals(failure.rcode())
        ? DialCounts.Lookup.NOT_FOUND
        : DialCounts.Lookup.FAILURE;
  }

  /** Why there is no address: the answer that tells more. */
  public Resolution.Unresolved failure() {
    if (ipv4 instanceof Resolution.Unresolved first
        && ipv6 instanceof Resolution.Unresolved second) {
      return weight(second) > weight(first) ? second : first;
    }
    throw new IllegalStateException("there is an address or none yet: " + this);
  }

  private static int weight(Resolution.Unresolved answer) {
    if (answer.error() == DialError.RESOURCES) {
      return 4;
    }
    if ("NXDOMAIN".equals(answer.rcode())) {
      return 3;
    }
    if (answer.error() == DialError.DNS_TIMEOUT) {
      return 2;
    }
    return answer.equals(NO_ADDRESS) ? 0 : 1;
  }
}
