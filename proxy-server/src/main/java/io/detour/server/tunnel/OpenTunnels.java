package io.detour.server.tunnel;

import io.detour.core.CloseReason;
import io.detour.server.observe.TunnelProgress;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;

/** The tunnels that are being relayed, by the numbers of their requests. Any thread. */
public final class OpenTunnels {
  /** What an event loop looks at before it serves others again. */
  private static final int SLICE = 256;

  private final Map<Long, Tunnel> tunnels = new ConcurrentHashMap<>();

  void add(long id, Tunnel tunnel) {
    tunnels.put(id, tunnel);
  }

  void remove(long id) {
    tunnels.remove(id);
  }

  /** How many there are. */
  public int count() {
    return tunnels.size();
  }

  /**
   * Looks at tunnels, each on its event loop.
   *
   * @param most of how many
   * @return done on an event loop, which must not be held up; without those that have ended
   *     meanwhile
   */
  public CompletableFuture<List<TunnelProgress>> look(int most) {
    Map<EventExecutor, List<Tunnel>> byLoop = new HashMap<>();
    tunnels.values().stream()
        .limit(most)
        .forEach(
            tunnel ->
                byLoop.computeIfAbsent(tunnel.eventLoop(), loop -> new ArrayList<>()).add(tunnel));
    List<CompletableFuture<List<TunnelProgress>>> looks = new ArrayList<>();
    byLoop.forEach(
        (loop, all) -> {
          for (int from = 0; from < all.size(); from += SLICE) {
            List<Tunnel> slice = all.subList(from, Math.min(all.size(), from + SLICE));
            looks.add(look(loop, slice));
          }
        });
    return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
        .thenApply(done -> looks.stream().flatMap(look -> look.join().stream()).toList());
  }

  /** Tells the ledger of all that rules decided, each on its event loop. Does not wait. */
  public void accountSoFar() {
    for (Tunnel tunnel : tunnels.values()) {
      try {
        tunnel.eventLoop().execute(tunnel::accountSoFar);
      } catch (RejectedExecutionException e) {
        return; // the server has stopped
      }
    }
  }

  private static CompletableFuture<List<TunnelProgress>> look(
      EventExecutor loop, List<Tunnel> slice) {
    try {
      return CompletableFuture.supplyAsync(
          () -> slice.stream().map(Tunnel::progress).flatMap(List::stream).toList(), loop);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(List.of()); // the server has stopped
    }
  }

  /**
   * Ends a tunnel: both sides are reset.
   *
   * @param id the number of its request
   * @return whether there is such a tunnel; it ends in a moment
   */
  public boolean kill(long id) {
    Tunnel tunnel = tunnels.get(id);
    if (tunnel == null) {
      return false;
    }
    tunnel.close(CloseReason.KILLED);
    return true;
  }
}
