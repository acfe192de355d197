package io.detour.server.access;

import io.detour.core.Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that were right less than {@link #LIFETIME} ago, as digests, and the clients that
 * sent them. A client that has sent them is logged in: it may go on while other passwords from its
 * address are refused untried. Any thread.
 *
 * <p>Others behind the same address could find a password out by what is taken from it, at the
 * speed of the network. So the user is no longer logged in there after {@link #MAX_MISSES}
 * different passwords that were refused untried.
 */
final class AcceptedCredentials {
  static final Duration LIFETIME = Duration.ofMinutes(10);
  static final int MAX_USERS = 10_000;
  static final int MAX_CLIENTS_PER_USER = 8;
  static final int MAX_MISSES = 10;

  private static final long[] NO_MISSES = {};

  private final LongSupplier nanoTime;
  private final Map<String, Accepted> byUser = new ConcurrentHashMap<>();

  /**
   * Credentials of a client.
   *
   * @param digest of {@link Credentials.Digest}
   * @param client of {@link Authenticator.FailedAttempts#client}
   */
  record Login(String user, ByteBuffer digest, Address client) {}

  /** With the misses of each client: the first bytes of their digests, never changed in place. */
  private record Accepted(ByteBuffer digest, long nanos, Map<Address, long[]> clients) {
    void add(Address client) {
      if (clients.size() < MAX_CLIENTS_PER_USER) {
        clients.putIfAbsent(client, NO_MISSES);
      }
    }
  }

  /** For a monotonic clock. */
  AcceptedCredentials(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether these credentials were right, and this client has sent them. */
  boolean isLoggedIn(Login login) {
    Accepted accepted = fresh(login.user());
    long[] misses = accepted == null ? null : accepted.clients.get(login.client());
    return accepted != null
        && misses != null
        && misses.length < MAX_MISSES
        && accepted.digest.equals(login.digest());
  }

  /** Whether these credentials were right, whoever sent them. If so, this client is logged in. */
  boolean logIn(Login login) {
    Accepted accepted = fresh(login.user());
    if (accepted == null || !accepted.digest.equals(login.digest())) {
      return false;
    }
    accepted.add(login.client());
    return true;
  }

  /** Adds credentials that have turned out to be right. */
  void add(Login login) {
    if (byUser.size() >= MAX_USERS) {
      byUser.values().removeIf(accepted -> !isFresh(accepted));
    }
    if (byUser.size() < MAX_USERS && !logIn(login)) {
      Accepted accepted =
          new Accepted(login.digest(), nanoTime.getAsLong(), new ConcurrentHashMap<>());
      accepted.add(login.client());
      byUser.put(login.user(), accepted);
    }
  }

  /** Counts credentials that were refused untried; the same ones count once. */
  void miss(Login login) {
    Accepted accepted = fresh(login.user());
    if (accepted != null) {
      long miss = login.digest().getLong(0);
      accepted.clients.computeIfPresent(login.client(), (_, misses) -> with(misses, miss));
    }
  }

  private static long[] with(long[] misses, long miss) {
    if (misses.length == MAX_MISSES) {
      return misses;
    }
    for (long known : misses) {
      if (known == miss) {
        return misses;
      }
    }
    long[] more = Arrays.copyOf(misses, misses.length + 1);
    more[misses.length] = miss;
    return more;
  }

  private @Nullable Accepted fresh(String user) {
    Accepted accepted = byUser.get(user);
    return accepted != null && isFresh(accepted) ? accepted : null;
  }

  private boolean isFresh(Accepted accepted) {
    return nanoTime.getAsLong() - accepted.nanos < LIFETIME.toNanos();
  }
}
