package io.detour.core;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * An IP address as two words of 64 bits, for comparing with a {@link Subnet}.
 *
 * <p>IPv4 addresses have the bits of their IPv4-mapped IPv6 form (RFC 4291 2.5.5.2), so {@code
 * ::ffff:192.0.2.1} and {@code 192.0.2.1} are one address, and {@link #isIpv4} says so. Immutable;
 * any thread.
 */
public record Address(long high, long low) {
  private static final long MAPPED = 0xffffL << 32;
  private static final long NAT64 = 0x0064_ff9b_0000_0000L;
  private static final long SIX_TO_FOUR = 0x2002;

  /** An address as RFC 5952 writes it. */
  public static String text(InetAddress address) {
    return NetUtil.toAddressString(address);
  }

  /** The address of a socket. */
  public static Address of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return bytes.remaining() == Integer.BYTES
        ? ipv4(bytes.getInt())
        : new Address(bytes.getLong(), bytes.getLong());
  }

  /**
   * The address that a host is.
   *
   * @throws IllegalArgumentException if it is a name
   */
  public static Address of(Host host) {
    if (!host.isAddress()) {
      throw new IllegalArgumentException("host: " + host + " (expected: an address)");
    }
    return of(InetAddress.ofLiteral(host.name()));
  }

  /** Whether this is an IPv4 address. */
  public boolean isIpv4() {
    return high == 0 && (low >>> 32) == (MAPPED >>> 32);
  }

  /**
   * The IPv4 address that packets to this address end up at, wherever somebody translates them or
   * carries them over: the last 32 bits behind {@code 64:ff9b::/96} (NAT64, RFC 6052 2.1) and in
   * the deprecated {@code ::a.b.c.d} (RFC 4291 2.5.5.1), and those that follow {@code 2002::/16}
   * (6to4, RFC 3056 2). This address itself if there is none; {@code ::} and {@code ::1} are
   * addresses of their own.
   */
  public Address reached() {
    if (high == NAT64 && low >>> 32 == 0) {
      return ipv4(low);
    }
    if (high >>> 48 == SIX_TO_FOUR) {
      return ipv4(high >>> 16);
    }
    return high == 0 && low >>> 32 == 0 && low > 1 ? ipv4(low) : this;
  }

  private static Address ipv4(long bits) {
    return new Address(0, MAPPED | (bits & 0xffff_ffffL));
  }

  /** Decimal numbers for IPv4, RFC 5952 for IPv6. */
  @Override
  public String toString() {
    if (isIpv4()) {
      return NetUtil.intToIpAddress((int) low);
    }
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low);
    return NetUtil.bytesToIpAddress(bytes.array());
  }
}
