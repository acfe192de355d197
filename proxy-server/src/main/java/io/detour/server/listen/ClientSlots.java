package io.detour.server.listen;

import io.detour.core.Address;
import io.detour.server.observe.ClientLimit;
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
   * Takes a slot, which is to be given back by {@link #release}.
   *
   * @param client its IP address, or null if it has none
   * @return null, or the limit for which there is no slot
   */
  @Nullable ClientLimit take(@Nullable Address client) {
    ClientLimit full = takeOf(client);
    if (full != null) {
      return full;
    }
    if (!takeBelow(taken, limits.tunnels())) {
      // In the meantime this client alone could have been refused another one, as it is now.
      releaseOf(client);
      return ClientLimit.TUNNELS;
    }
    return null;
  }

  /**
   * Counts a client that has a slot already, taken before it was known who it is; to be followed by
   * {@link #releaseOf}.
   *
   * @param client its IP address, or null if it has none
   * @return null, or the limit that it has reached
   */
  @Nullable ClientLimit takeOf(@Nullable Address client) {
    return client == null || takeOfClient(client) ? null : ClientLimit.TUNNELS_PER_CLIENT;
  }

  private boolean takeOfClient(Address client) {
    // Only this call changes the array that its function writes.
    boolean[] full = new boolean[1];
    takenByClient.compute(
        client,
        (address, count) -> {
          full[0] = count != null && count >= limits.tunnelsPerClient();
          return full[0] ? count : count == null ? 1 : count + 1;
        });
    return !full[0];
  }

  /** Gives a slot back. */
  void release(@Nullable Address client) {
    taken.decrementAndGet();
    releaseOf(client);
  }

  /** The opposite of {@link #takeOf}. */
  void releaseOf(@Nullable Address client) {
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
