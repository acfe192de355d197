package io.detour.server.account;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What a dialer has done so far. Any thread; the counts only grow. */
public final class DialCounts {
  /** Which kind of address was tried. */
  public enum Family {
    IPV4,
    IPV6
  }

  /** How an attempt to connect to one address ended. */
  public enum Attempt {
    SUCCESS,
    FAILURE,
    /** Another address was faster, or the client went away. */
    ABANDONED
  }

  /** How a name was looked up. */
  public enum Lookup {
    /** It was known from an earlier answer. */
    CACHED,
    SUCCESS,
    /** There is no such name, or it has no address. */
    NOT_FOUND,
    /** The servers could not or would not answer. */
    FAILURE,
    TIMEOUT
  }

  private final Map<Attempt, LongAdder> ipv4 = counts(Attempt.class);
  private final Map<Attempt, LongAdder> ipv6 = counts(Attempt.class);
  private final Map<Lookup, LongAdder> lookups = counts(Lookup.class);

  private static <K extends Enum<K>> Map<K, LongAdder> counts(Class<K> kind) {
    Map<K, LongAdder> counts = new EnumMap<>(kind);
    for (K each : kind.getEnumConstants()) {
      counts.put(each, new LongAdder());
    }
    return counts;
  }

  private static <K> LongAdder count(Map<K, LongAdder> counts, K key) {
    return Objects.requireNonNull(counts.get(key));
  }

  /** An attempt to connect to an address has ended. */
  public void ended(InetAddress address, Attempt how) {
    count(address instanceof Inet6Address ? ipv6 : ipv4, how).increment();
  }

  /** A lookup has ended. */
  public void ended(Lookup how) {
    count(lookups, how).increment();
  }

  /** Attempts to connect to an address of a family that ended so. */
  public long attempts(Family family, Attempt how) {
    return count(family == Family.IPV4 ? ipv4 : ipv6, how).sum();
  }

  /** Lookups of a name that ended so; those that wait for another one's answer are not counted. */
  public long lookups(Lookup how) {
    return count(lookups, how).sum();
  }
}
