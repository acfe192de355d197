package io.detour.server.access;

import io.detour.core.Address;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many passwords a client may still try: {@link #BURST} at once, then one in each {@link
 * #INTERVAL}. A token bucket for each address, kept as the moment at which it is full again (the
 * generic cell rate algorithm of ITU-T I.371). Any thread.
 *
 * <p>An IPv6 client is its /64, of which it has all addresses (RFC 6177). Who comes over a UNIX
 * socket has no address; all of these are one client.
 */
final class FailedAttempts {
  static final int BURST = 10;
  static final Duration INTERVAL = Duration.ofSeconds(6);

  /** The client that has failed least recently is forgotten. */
  static final int MAX_CLIENTS = 10_000;

  private static final Address NO_ADDRESS = new Address(0, 0);

  private final LongSupplier nanoTime;
  private final Map<Address, Long> fullNanos =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Address, Long> eldest) {
          return size() > MAX_CLIENTS;
        }
      };

  /**
   * @param nanoTime a clock that only goes forward
   */
  FailedAttempts(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Which client an address is. */
  static Address client(@Nullable Address address) {
    return address == null
        ? NO_ADDRESS
        : address.isIpv4() ? address : new Address(address.high(), 0);
  }

  /**
   * Takes an attempt, which counts as failed unless it is {@link #giveBack given back}.
   *
   * @return null, or how long to wait for the next one if there is none left
   */
  synchronized @Nullable Duration take(Address client) {
    long now = nanoTime.getAsLong();
    long full = Math.max(fullNanos.getOrDefault(client, now) - now, 0);
    long excess = full - (BURST - 1) * INTERVAL.toNanos();
    if (excess > 0) {
      return Duration.ofNanos(excess);
    }
    fullNanos.put(client, now + full + INTERVAL.toNanos());
    return null;
  }

  /** An attempt did not fail. */
  synchronized void giveBack(Address client) {
    fullNanos.computeIfPresent(client, (_, full) -> full - INTERVAL.toNanos());
  }

  /** How many clients it remembers. */
  synchronized int clients() {
    return fullNanos.size();
  }
}
