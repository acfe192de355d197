package io.detour.server.dial;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Which addresses the dials of all event loops used last, and which of them have failed lately. A
 * bounded number: when it is reached, everything is forgotten, which costs an even distribution for
 * a moment. Any thread.
 */
final class AddressMemory {
  /** How long an address that failed comes last. */
  static final Duration FAILED_KEPT = Duration.ofSeconds(30);

  /** Of each kind; about 1 MB. */
  static final int MAX_ADDRESSES = 10_000;

  private final LongSupplier nanoTime;
  private final AtomicLong uses = new AtomicLong();
  private final ConcurrentMap<InetSocketAddress, Long> used = new ConcurrentHashMap<>();
  private final ConcurrentMap<InetSocketAddress, Long> failedNanos = new ConcurrentHashMap<>();

  /**
   * @param nanoTime a monotonic clock
   */
  AddressMemory(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The part about one port: what fails there may work at another. */
  Port of(int port) {
    return new Port(port);
  }

  int size() {
    return used.size() + failedNanos.size();
  }

  private static void put(
      ConcurrentMap<InetSocketAddress, Long> map, InetSocketAddress address, long value) {
    if (map.size() >= MAX_ADDRESSES) {
      map.clear();
    }
    map.put(address, value);
  }

  /** What is remembered of addresses with one port. */
  final class Port {
    private final int port;

    private Port(int port) {
      this.port = port;
    }

    private InetSocketAddress at(InetAddress address) {
      return new InetSocketAddress(address, port);
    }

    /** In the order of their last uses, never used ones first; as given among those. */
    List<InetAddress> leastRecent(List<InetAddress> addresses) {
      return addresses.size() == 1 || used.isEmpty()
          ? addresses
          : addresses.stream()
              .map(address -> new Use(address, used.getOrDefault(at(address), 0L)))
              .sorted(Comparator.comparingLong(Use::last)) // others change what is remembered
              .map(Use::address)
              .toList();
    }

    private record Use(InetAddress address, long last) {}

    void used(InetAddress address) {
      put(used, at(address), uses.incrementAndGet());
    }

    boolean hasFailed(InetAddress address) {
      if (failedNanos.isEmpty()) {
        return false;
      }
      Long failed = failedNanos.get(at(address));
      return failed != null && nanoTime.getAsLong() - failed < FAILED_KEPT.toNanos();
    }

    void ended(InetAddress address, boolean connected) {
      if (!connected) {
        put(failedNanos, at(address), nanoTime.getAsLong());
      } else if (!failedNanos.isEmpty()) {
        failedNanos.remove(at(address));
      }
    }
  }
}
