package io.detour.core;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that a proxy dials only when it is told so. {@link #of} sorts an address into one of
 * them; an IPv6 address that leads to an IPv4 address ({@link Address#reached}) is in the class of
 * that.
 */
public enum AddressClass {
  /** This machine: 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
  LOOPBACK,
  /**
   * This link only: 169.254.0.0/16 and fe80::/10 (RFC 3927, RFC 4291 2.5.6), but not the addresses
   * of {@link #METADATA} there.
   */
  LINK_LOCAL,
  /**
   * Groups of machines: 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291 2.7), and everybody on the
   * link, 255.255.255.255 (RFC 919 7).
   */
  MULTICAST,
  /** No machine: 0.0.0.0/8 and :: (RFC 1122 3.2.1.3, RFC 4291 2.5.2). */
  UNSPECIFIED,
  /**
   * Where clouds hand out what an instance may know, credentials among it: 169.254.169.254 (nearly
   * all of them), fd00:ec2::254, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 (Amazon: instances,
   * containers, pods), fd20:ce::254 (Google), 168.63.129.16 (Azure), 100.100.100.200 (Alibaba) and
   * 192.0.0.192 (Oracle).
   */
  METADATA,
  /**
   * The addresses of this machine's interfaces, but for those of {@link #LOOPBACK}, and the proxy's
   * own listeners. What they are, the address alone does not tell.
   */
  SELF;

  private static final Set<Address> METADATA_SERVICES =
      Stream.of(
              "169.254.169.254",
              "169.254.170.2",
              "169.254.170.23",
              "168.63.129.16",
              "100.100.100.200",
              "192.0.0.192",
              "fd00:ec2::254",
              "fd00:ec2::23",
              "fd20:ce::254")
          .map(text -> Address.of(Host.parse(text).orElseThrow()))
          .collect(Collectors.toUnmodifiableSet());

  private static final Address UNSPECIFIED_6 = new Address(0, 0);
  private static final Address LOOPBACK_6 = new Address(0, 1);

  /**
   * The class that an address is in; the narrowest, so a metadata service on the link is {@link
   * #METADATA} and not {@link #LINK_LOCAL}.
   *
   * @return null for every other address; never {@link #SELF}
   */
  public static @Nullable AddressClass of(Address address) {
    Address reached = address.reached();
    if (METADATA_SERVICES.contains(reached)) {
      return METADATA;
    }
    return reached.isIpv4() ? ofIpv4((int) reached.low()) : ofIpv6(reached);
  }

  private static @Nullable AddressClass ofIpv4(int bits) {
    int first = bits >>> 24;
    if (first == 0) {
      return UNSPECIFIED;
    }
    if (first == 127) {
      return LOOPBACK;
    }
    if (bits >>> 16 == 0xa9fe) {
      return LINK_LOCAL;
    }
    return bits >>> 28 == 0xe || bits == 0xffff_ffff ? MULTICAST : null;
  }

  private static @Nullable AddressClass ofIpv6(Address address) {
    if (address.equals(UNSPECIFIED_6)) {
      return UNSPECIFIED;
    }
    if (address.equals(LOOPBACK_6)) {
      return LOOPBACK;
    }
    if (address.high() >>> 54 == 0xfe80 >>> 6) {
      return LINK_LOCAL;
    }
    return address.high() >>> 56 == 0xff ? MULTICAST : null;
  }
}
