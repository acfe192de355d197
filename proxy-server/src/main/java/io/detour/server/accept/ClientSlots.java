package io.detour.server.accept;

import io.detour.core.Address;
import io.detour.server.account.ClientLimit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts clients against the limits, exactly, over all event loops. Any thread.
 *
 * <p>The clients of one IP address are counted by that address, an IPv6 one by all its bits; those
 * without an address count in all only.
 */
final class ClientSlots {
  private final ClientLimits limits;
  private final int mostRefusals;
  private final AtomicInteger taken = new AtomicInteger();
  private final Map<Address, Integer> takenByClient = new ConcurrentHashMap<>();
  private final AtomicInteger refusals = new AtomicInteger();

  ClientSlots(ClientLimits limits) {
    this.limits = limits;
    this.mostRefusals = DescriptorBudget.refusals(limits.tunnels());
  }

  /**
   * Takes a slot, which {@link #release} gives back, for a client of this IP address or of none.
   *
   * @return null, or the limit for which there is no slot
   */
  @Nullable ClientLimit take(@Nullable Address client) {
    ClientLimit full = takeOfClient(client);
    if (full != null) {
      return full;
    }
    full = takeInAll();
    if (full != null) {
      // In the meantime this client alone could have been refused another one, as it is now.
      releaseOfClient(client);
    }
    return full;
  }

  /**
   * The same for a client of which is not known yet who it is, with {@link #releaseInAll} and later
   * {@link #takeOfClient}.
   */
  @Nullable ClientLimit takeInAll() {
    return takeBelow(taken, limits.tunnels()) ? null : ClientLimit.TUNNELS;
  }

  /** The same against the limit of the address alone, with {@link #releaseOfClient}. */
  @Nullable ClientLimit takeOfClient(@Nullable Address client) {
    if (client == null) {
      return null;
    }
    // Only this call changes the array that its function writes.
    boolean[] full = new boolean[1];
    takenByClient.compute(
        client,
        (address, count) -> {
          full[0] = count != null && count >= limits.tunnelsPerClient();
          return full[0] ? count : count == null ? 1 : count + 1;
        });
    return full[0] ? ClientLimit.TUNNELS_PER_CLIENT : null;
  }

  void release(@Nullable Address client) {
    releaseInAll();
    releaseOfClient(client);
  }

  void releaseInAll() {
    taken.decrementAndGet();
  }

  void releaseOfClient(@Nullable Address client) {
    if (client != null) {
      takenByClient.computeIfPresent(client, (address, count) -> count == 1 ? null : count - 1);
    }
  }

  /**
   * Whether another client may be told that there is no slot. Each that is told holds a descriptor
   * for a while, so they are limited too.
   *
   * @return true if {@link #refusalEnds} is to follow
   */
  boolean refusalBegins() {
    return takeBelow(refusals, mostRefusals);
  }

  /** A client that was told is gone. */
  void refusalEnds() {
    refusals.decrementAndGet();
  }

  private static boolean takeBelow(AtomicInteger count, int limit) {
    int now = count.get();
    while (now < limit) {
      int seen = count.compareAndExchange(now, now + 1);
      if (seen == now) {
        return true;
      }
      now = seen;
    }
    return false;
  }

  /** How many slots are taken. */
  int taken() {
    return taken.get();
  }

  /** How many addresses have clients. */
  int addresses() {
    return takenByClient.size();
  }
}
