package io.detour.server.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What became of a question for addresses: what the response says (RFC 1034 4.3.2), or why there is
 * none. Records of other names than the one that was asked for and the aliases it leads to are not
 * looked at. Immutable.
 */
sealed interface DnsAnswer {
  int MAX_ADDRESSES = 32;

  /** One behind the other. */
  int MAX_ALIASES = 16;

  /** When a response does not say how long a name has no address; RFC 2308 5 leaves it open. */
  int NO_TTL = 0;

  /** The name has addresses, for as long as every record on the way to them says. */
  record Found(List<InetAddress> addresses, long ttlSeconds) implements DnsAnswer {}

  /** The name exists without an address of this kind (NODATA), or does not exist (NXDOMAIN). */
  record Absent(boolean exists, long ttlSeconds) implements DnsAnswer {}

  /** The name, in lower case with the final dot, of which the response says no more. */
  record Alias(String name, long ttlSeconds) implements DnsAnswer {}

  /** The server could not or would not answer. */
  record Failed(DnsResponseCode code) implements DnsAnswer {}

  /** The response does not fit a datagram, and there was none over TCP. */
  record Cut() implements DnsAnswer {}

  /** There was no response in time. */
  record Silence() implements DnsAnswer {}

  /** The question could not be sent, or the server's machine says that nobody is there. */
  record Unreachable(Throwable cause) implements DnsAnswer {}

  /** Reads a response to a question for a name in lower case with the final dot. */
  static DnsAnswer of(DnsResponse response, String name, DnsRecordType type) {
    DnsResponseCode code = response.code();
    boolean exists = code.equals(DnsResponseCode.NOERROR);
    if (!exists && !code.equals(DnsResponseCode.NXDOMAIN)) {
      return new Failed(code);
    }
    String owner = name;
    long ttlSeconds = Integer.MAX_VALUE;
    for (int aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      Found found = addresses(response, owner, type, ttlSeconds);
      if (found != null) {
        return found;
      }
      Alias alias = alias(response, owner, ttlSeconds);
      if (alias == null) {
        break;
      }
      owner = alias.name();
      ttlSeconds = alias.ttlSeconds();
    }
    // Stands in a response that says for certain that there is nothing (RFC 2308 2).
    DnsRecord authority =
        first(response, DnsSection.AUTHORITY, each -> each.type().equals(DnsRecordType.SOA));
    return exists && !owner.equals(name) && authority == null
        ? new Alias(owner, ttlSeconds)
        : new Absent(exists, Math.min(ttlSeconds, negativeTtlSeconds(authority)));
  }

  private static @Nullable Found addresses(
      DnsResponse response, String owner, DnsRecordType type, long ttlSeconds) {
    List<InetAddress> addresses = new ArrayList<>(2);
    long lowest = ttlSeconds;
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      DnsRecord each = response.recordAt(DnsSection.ANSWER, i);
      InetAddress address = isOf(each, owner, type) ? address(each) : null;
      if (address != null && addresses.size() < MAX_ADDRESSES) {
        addresses.add(address);
        lowest = Math.min(lowest, ttlSeconds(each));
      }
    }
    return addresses.isEmpty() ? null : new Found(addresses, lowest);
  }

  /** A time of 2^31 s and more is none at all (RFC 2181 8). */
  private static long ttlSeconds(DnsRecord each) {
    return each.timeToLive() > Integer.MAX_VALUE ? 0 : each.timeToLive();
  }

  private static boolean isOf(DnsRecord each, String owner, DnsRecordType type) {
    return each.type().equals(type) && each.name().equalsIgnoreCase(owner);
  }

  private static @Nullable InetAddress address(DnsRecord each) {
    if (!(each instanceof DnsRawRecord raw)) {
      return null;
    }
    byte[] bytes = new byte[raw.content().readableBytes()];
    raw.content().getBytes(raw.content().readerIndex(), bytes);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null; // neither 4 nor 16 bytes
    }
  }

  private static @Nullable Alias alias(DnsResponse response, String owner, long ttlSeconds) {
    if (first(response, DnsSection.ANSWER, each -> isOf(each, owner, DnsRecordType.CNAME))
        instanceof DnsRawRecord raw) {
      ByteBuf content = raw.content().duplicate();
      String target = DefaultDnsRecordDecoder.decodeName(content).toLowerCase(Locale.ROOT);
      return new Alias(target, Math.min(ttlSeconds, ttlSeconds(raw)));
    }
    return null;
  }

  private static @Nullable DnsRecord first(
      DnsResponse response, DnsSection section, Predicate<DnsRecord> wanted) {
    for (int i = 0; i < response.count(section); i++) {
      DnsRecord each = response.recordAt(section, i);
      if (wanted.test(each)) {
        return each;
      }
    }
    return null;
  }

  /** Its MINIMUM, the last field of RFC 1035 3.3.13, or its own time to live if that is less. */
  private static long negativeTtlSeconds(@Nullable DnsRecord authority) {
    if (!(authority instanceof DnsRawRecord raw) || raw.content().readableBytes() < Integer.BYTES) {
      return NO_TTL;
    }
    long minimum = raw.content().getUnsignedInt(raw.content().writerIndex() - Integer.BYTES);
    return Math.min(minimum, ttlSeconds(authority));
  }
}
