package io.detour.server.access;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Digests of credentials that were found right, for a while, so that a browser's hundred requests
 * cost one verification. Any thread.
 */
final class AcceptedCredentials {
  static final Duration LIFETIME = Duration.ofMinutes(10);
  static final int MOST = 10_000;

  private final LongSupplier nanoTime;
  private final Map<ByteBuffer, Long> acceptedNanos = new ConcurrentHashMap<>();

  /**
   * @param nanoTime a clock that only goes forward
   */
  AcceptedCredentials(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether credentials were found right a short while ago. */
  boolean contains(ByteBuffer digest) {
    Long accepted = acceptedNanos.get(digest);
    return accepted != null && isFresh(accepted);
  }

  /** Credentials were found right. */
  void add(ByteBuffer digest) {
    if (acceptedNanos.size() >= MOST) {
      acceptedNanos.values().removeIf(accepted -> !isFresh(accepted));
    }
    if (acceptedNanos.size() < MOST) {
      acceptedNanos.put(digest, nanoTime.getAsLong());
    }
  }

  private boolean isFresh(long accepted) {
    return nanoTime.getAsLong() - accepted < LIFETIME.toNanos();
  }
}
