package io.detour.core;

import org.jspecify.annotations.Nullable;

/**
 * The addresses that begin with the same bits, as CIDR notation writes them (RFC 4632 3.1, RFC 4291
 * 2.3). An IPv4 subnet holds IPv4 addresses only, an IPv6 subnet IPv6 addresses only. Immutable;
 * any thread.
 *
 * @param prefixLength number of bits that count: 0 to 32 or 0 to 128
 */
public record Subnet(Address first, int prefixLength) {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  /**
   * @throws IllegalArgumentException if the length does not fit the kind of address, or a bit
   *     behind the prefix is set
   */
  public Subnet {
    if (prefixLength < 0 || prefixLength > bits(first)) {
      throw new IllegalArgumentException(
          "prefixLength: " + prefixLength + " (expected: 0.." + bits(first) + ")");
    }
    if (!lowest(first, prefixLength).equals(first)) {
      throw new IllegalArgumentException(
          "first: " + first + " (expected: " + lowest(first, prefixLength) + ")");
    }
  }

  /**
   * Reads {@code 10.20.0.0/16}, {@code 2001:db8::/32}, or an address alone, which is a subnet of
   * one.
   *
   * @return a problem is one phrase without any part of the text, so that a client may be told
   */
  public static Parsed<Subnet> parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    return switch (Host.parse(host)) {
      case Parsed.Malformed(String problem) -> Parsed.malformed(problem);
      case Parsed.Value(Host name) when !name.isAddress() ->
          Parsed.malformed("a name is no subnet (expected: an address like 10.20.0.0/16)");
      case Parsed.Value(Host literal) ->
          parse(Address.of(literal), slash < 0 ? null : text.substring(slash + 1));
    };
  }

  private static Parsed<Subnet> parse(Address address, @Nullable String length) {
    int bits = bits(address);
    if (length == null) {
      return Parsed.of(new Subnet(address, bits));
    }
    int prefixLength = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : -1;
    if (prefixLength < 0 || prefixLength > bits) {
      return Parsed.malformed("prefix length is not a number from 0 to " + bits);
    }
    Address lowest = lowest(address, prefixLength);
    return lowest.equals(address)
        ? Parsed.of(new Subnet(address, prefixLength))
        : Parsed.malformed(
            "bits behind the prefix are set (did you mean \""
                + lowest
                + "/"
                + prefixLength
                + "\"?)");
  }

  /** Whether an address is in this subnet. */
  public boolean contains(Address address) {
    if (address.isIpv4() != first.isIpv4()) {
      return false;
    }
    int ignored = bits(first) - prefixLength;
    return ignored < Long.SIZE
        ? address.high() == first.high() && (address.low() ^ first.low()) >>> ignored == 0
        : ignored == IPV6_BITS || (address.high() ^ first.high()) >>> (ignored - Long.SIZE) == 0;
  }

  /** Whether every address of another subnet is in this one. */
  public boolean contains(Subnet other) {
    return prefixLength <= other.prefixLength && contains(other.first);
  }

  private static int bits(Address address) {
    return address.isIpv4() ? IPV4_BITS : IPV6_BITS;
  }

  private static Address lowest(Address address, int prefixLength) {
    int ignored = bits(address) - prefixLength;
    long high =
        ignored <= Long.SIZE ? address.high() : cleared(address.high(), ignored - Long.SIZE);
    return new Address(high, cleared(address.low(), Math.min(ignored, Long.SIZE)));
  }

  private static long cleared(long word, int bits) {
    return bits == Long.SIZE ? 0 : word >>> bits << bits;
  }

  /** {@code 10.20.0.0/16}. */
  @Override
  public String toString() {
    return first + "/" + prefixLength;
  }
}
