package io.detour.core;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host name or address in canonical form, so that equal hosts have equal texts.
 *
 * <ul>
 *   <li>A name is ASCII lower case without the trailing dot: letters, digits, {@code -} and {@code
 *       _}, labels of 1 to 63 and in all at most 253 characters. Internationalised names are
 *       A-labels.
 *   <li>An IPv4 address is four decimal numbers without leading zeros. Other spellings that some
 *       resolvers take for an address ({@code 2130706433}, {@code 0x7f.1}, {@code 127.1}) are
 *       refused: the last label decides, as in the WHATWG URL standard.
 *   <li>An IPv6 address is in the form of RFC 5952, without brackets and without a zone. An
 *       IPv4-mapped one (RFC 4291 2.5.5.2) is the IPv4 address, since that is what is dialled.
 * </ul>
 *
 * <p>{@link #parse} is the only way in. Immutable; any thread.
 */
public final class Host {
  /** The longest name in characters (RFC 1035 2.3.4, without length bytes and root). */
  public static final int MAX_NAME = 253;

  private static final int MAX_LABEL = 63;

  /** What a host is written as. */
  public enum Kind {
    NAME,
    IPV4,
    IPV6
  }

  private final String name;
  private final Kind kind;
  private final boolean absolute;

  private Host(String name, Kind kind) {
    this(name, kind, false);
  }

  private Host(String name, Kind kind, boolean absolute) {
    this.name = name;
    this.kind = kind;
    this.absolute = absolute;
  }

  /**
   * Reads a host: a name, an IPv4 address, or an IPv6 address without brackets.
   *
   * @return a problem is one phrase without any part of the text, so that a client may be told
   */
  public static Parsed<Host> parse(String text) {
    if (text.isEmpty()) {
      return Parsed.malformed("host is empty");
    }
    if (text.indexOf(':') >= 0) {
      return parseIpv6(text);
    }
    boolean rooted = text.charAt(text.length() - 1) == '.';
    int end = rooted ? text.length() - 1 : text.length();
    if (end == 0) {
      return Parsed.malformed("host is empty");
    }
    if (end > MAX_NAME) {
      return Parsed.malformed("host is longer than " + MAX_NAME + " characters");
    }
    return parseName(text, end, rooted);
  }

  private static Parsed<Host> parseName(String text, int end, boolean rooted) {
    int labelStart = 0;
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '.') {
        if (i == labelStart) {
          return Parsed.malformed("host has an empty label");
        }
        labelStart = i + 1;
      } else if (i - labelStart >= MAX_LABEL) {
        return Parsed.malformed("host has a label longer than " + MAX_LABEL + " characters");
      } else if (!isNameCharacter(c)) {
        return Parsed.malformed(
            "host has a character that is not a letter, digit, hyphen, underscore or dot");
      }
    }
    if (labelStart == end) {
      return Parsed.malformed("host has an empty label");
    }
    String name = end == text.length() ? text : text.substring(0, end);
    if (looksLikeNumber(name, labelStart)) {
      return !rooted && isDottedQuad(name)
          ? Parsed.of(new Host(name, Kind.IPV4))
          : Parsed.malformed(
              "host ends in a number but is not an IPv4 address of four decimal numbers");
    }
    return Parsed.of(new Host(name.toLowerCase(Locale.ROOT), Kind.NAME, rooted));
  }

  private static boolean isNameCharacter(char c) {
    return (c < 0x80 && Character.isLetterOrDigit(c)) || c == '-' || c == '_';
  }

  /** Whether the last label is decimal or, behind {@code 0x}, hexadecimal. */
  private static boolean looksLikeNumber(String name, int lastLabel) {
    if (name.regionMatches(true, lastLabel, "0x", 0, 2)) {
      return name.substring(lastLabel + 2).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }
    for (int i = lastLabel; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  /** Whether this is an IPv4 address as it is written back: without leading zeros. */
  private static boolean isDottedQuad(String name) {
    return NetUtil.isValidIpV4Address(name)
        && NetUtil.bytesToIpAddress(NetUtil.createByteArrayFromIpAddressString(name)).equals(name);
  }

  private static Parsed<Host> parseIpv6(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = c == ':' || c == '.' || (c < 0x80 && Character.digit(c, 16) >= 0);
      if (!allowed) {
        return Parsed.malformed("host is not an IPv6 address");
      }
    }
    String groups = text.indexOf('.') < 0 ? text : withoutDottedQuad(text);
    if (groups == null || !NetUtil.isValidIpV6Address(groups)) {
      return Parsed.malformed("host is not an IPv6 address");
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(groups);
    try {
      // What it makes of the IPv4-mapped form is an IPv4 address.
      InetAddress address = InetAddress.getByAddress(bytes);
      Kind kind = address instanceof Inet4Address ? Kind.IPV4 : Kind.IPV6;
      return Parsed.of(new Host(NetUtil.toAddressString(address), kind));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("16 bytes are an IPv6 address", e);
    }
  }

  /**
   * An IPv6 address whose last 32 bits stand as an IPv4 address (RFC 4291 2.2) in groups alone, or
   * null if that is none. Netty's reader takes such an address for an IPv4-mapped one or refuses
   * it.
   */
  private static @Nullable String withoutDottedQuad(String text) {
    int quad = text.lastIndexOf(':') + 1;
    if (!isDottedQuad(text.substring(quad))) {
      return null;
    }
    int bits = NetUtil.ipv4AddressToInt(Inet4Address.ofLiteral(text.substring(quad)));
    return text.substring(0, quad)
        + Integer.toHexString(bits >>> 16)
        + ':'
        + Integer.toHexString(bits & 0xffff);
  }

  /** The canonical text; an IPv6 address without brackets. */
  public String name() {
    return name;
  }

  /** Whether this is a name that has to be resolved, or an address. */
  public Kind kind() {
    return kind;
  }

  /**
   * Whether this is a name that was written with the trailing dot, so that no search domain may
   * complete it (RFC 1034 3.1). Equal hosts may differ in this alone.
   */
  public boolean isAbsolute() {
    return absolute;
  }

  /** Whether this is an address, which needs no resolver. */
  public boolean isAddress() {
    return kind != Kind.NAME;
  }

  /** The host as it stands before a port: an IPv6 address in brackets. */
  public String bracketed() {
    return kind == Kind.IPV6 ? "[" + name + "]" : name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Host host && host.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** The same as {@link #name}. */
  @Override
  public String toString() {
    return name;
  }
}
