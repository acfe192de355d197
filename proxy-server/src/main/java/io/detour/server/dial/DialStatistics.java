package io.detour.server.dial;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a dialer has done so far. Any thread; the counts only grow. */
public final class DialStatistics {
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

  private final Map<Family, Map<Attempt, LongAdder>> attempts = new EnumMap<>(Family.class);
  private final Map<Lookup, LongAdder> lookups = new EnumMap<>(Lookup.class);

  /** Nothing so far. */
  public DialStatistics() {
    for (Family family : Family.values()) {
      Map<Attempt, LongAdder> counts = new EnumMap<>(Attempt.class);
      for (Attempt attempt : Attempt.values()) {
        counts.put(attempt, new LongAdder());
      }
      attempts.put(family, counts);
    }
    for (Lookup lookup : Lookup.values()) {
      lookups.put(lookup, new LongAdder());
    }
  }

  void ended(InetAddress address, Attempt how) {
    Family family = address instanceof Inet6Address ? Family.IPV6 : Family.IPV4;
    count(attempts.get(family), how);
  }

  void ended(Lookup how) {
    count(lookups, how);
  }

  private static <K> void count(Map<K, LongAdder> counts, K key) {
    counts.get(key).increment();
  }

  /** Attempts to connect to an address of a family that ended so. */
  public long attempts(Family family, Attempt how) {
    return attempts.get(family).get(how).sum();
  }

  /** Lookups of a name that ended so; those that wait for another one's answer are not counted. */
  public long lookups(Lookup how) {
    return lookups.get(how).sum();
  }
}
