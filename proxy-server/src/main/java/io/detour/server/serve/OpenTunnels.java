package io.detour.server.serve;

import io.detour.core.CloseReason;
import io.detour.core.relay.RelayEngine;
import io.detour.server.log.AccessLog.TunnelProgress;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tunnels that are being relayed, as the engine has them. Any thread; what takes a visit is
 * done on an event loop, which must not be held up.
 */
public record OpenTunnels(RelayEngine engine, InstantSource clock) {
  /** How many there are, those of a rendezvous included. */
  public long count() {
    return engine.statistics().openTunnels();
  }

  /** Looks at some of them. */
  public CompletableFuture<List<TunnelProgress>> look(int most) {
    Queue<TunnelProgress> seen = new ConcurrentLinkedQueue<>();
    AtomicInteger left = new AtomicInteger(most);
    return engine
        .visit(
            (open, listener) -> {
              if (listener instanceof Tunnel tunnel && left.getAndDecrement() > 0) {
                seen.add(tunnel.progress(open, clock.instant()));
              }
            })
        .thenApply(done -> List.copyOf(seen));
  }

  /** Tells the ledger of all that rules decided: their names are in use. Does not wait. */
  public CompletableFuture<Void> accountSoFar() {
    return engine.visit(
        (open, listener) -> {
          if (listener instanceof Tunnel tunnel) {
            tunnel.accountSoFar(open);
          }
        });
  }

  /** Resets both sides of the tunnel of a request; whether there is one. It ends in a moment. */
  public CompletableFuture<Boolean> kill(long id) {
    AtomicBoolean found = new AtomicBoolean();
    return engine
        .visit(
            (open, listener) -> {
              if (listener instanceof Tunnel tunnel && tunnel.id() == id) {
                open.close(CloseReason.KILLED);
                found.set(true);
              }
            })
        .thenApply(done -> found.get());
  }
}
