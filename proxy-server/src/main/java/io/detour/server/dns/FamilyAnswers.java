package io.detour.server.dns;

import io.detour.server.account.DialCounts;
import io.detour.server.dns.Resolution.Addresses;
import io.detour.server.dns.Resolution.Unresolved;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
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
  /** A name exists and has no address of a family; also for a family that is not asked for. */
  static final Unresolved NO_ADDRESS = Unresolved.of(DialError.DNS_ERROR);

  static FamilyAnswers none(Ipv6 use) {
    return new FamilyAnswers(null, use == Ipv6.OFF ? NO_ADDRESS : null);
  }

  FamilyAnswers with(DnsRecordType type, Resolution answer) {
    return type.equals(DnsRecordType.A)
        ? new FamilyAnswers(answer, ipv6)
        : new FamilyAnswers(ipv4, answer);
  }

  /** With this answer for each family that has none. */
  FamilyAnswers completed(Resolution answer) {
    return new FamilyAnswers(ipv4 == null ? answer : ipv4, ipv6 == null ? answer : ipv6);
  }

  public boolean isComplete() {
    return ipv4 != null && ipv6 != null;
  }

  public boolean hasAddresses() {
    return ipv4 instanceof Addresses || ipv6 instanceof Addresses;
  }

  /** Both answers as one, once they are complete; IPv4 addresses come first. */
  public Resolution whole() {
    if (!hasAddresses()) {
      return failure();
    }
    List<InetAddress> all = new ArrayList<>(2);
    if (ipv4 instanceof Addresses(List<InetAddress> addresses)) {
      all.addAll(addresses);
    }
    if (ipv6 instanceof Addresses(List<InetAddress> addresses)) {
      all.addAll(addresses);
    }
    return new Addresses(all);
  }

  /** What a complete lookup is counted as. */
  DialCounts.Lookup lookup() {
    if (hasAddresses()) {
      return DialCounts.Lookup.SUCCESS;
    }
    Unresolved failure = failure();
    if (failure.error() == DialError.DNS_TIMEOUT) {
      return DialCounts.Lookup.TIMEOUT;
    }
    return failure.equals(NO_ADDRESS) || "NXDOMAIN".equals(failure.rcode())
        ? DialCounts.Lookup.NOT_FOUND
        : DialCounts.Lookup.FAILURE;
  }

  /** Why there is no address: the answer that tells more. */
  public Unresolved failure() {
    if (ipv4 instanceof Unresolved first && ipv6 instanceof Unresolved second) {
      return weight(second) > weight(first) ? second : first;
    }
    throw new IllegalStateException("there is an address or none yet: " + this);
  }

  private static int weight(Unresolved answer) {
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
