package io.detour.server.dns;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.function.BooleanSupplier;

/**
 * How many exchanges of an event loop may have a socket at once. Those beyond wait in the order in
 * which they came: one that was not answered waits behind the others for its next query. Lives on
 * that event loop.
 */
final class DnsSockets {
  private final int most;
  private final BooleanSupplier unneeded;
  private final SequencedSet<DnsExchange> waiting = new LinkedHashSet<>();
  private int open;
  private boolean proceeding;

  /**
   * @param most 1 or more
   * @param unneeded ends an exchange whose answer nobody waits for; whether there was one
   */
  DnsSockets(int most, BooleanSupplier unneeded) {
    this.most = most;
    this.unneeded = unneeded;
  }

  /** Begins the exchange when it may have a socket, possibly at once. */
  void begin(DnsExchange exchange) {
    waiting.add(exchange);
    proceed();
  }

  /** An exchange that was to begin is over, whether it has begun or not. Its socket is closed. */
  void ended(DnsExchange exchange) {
    if (!waiting.remove(exchange)) {
      open--;
      proceed();
    }
  }

  /** Begins those that wait, as far as there is room. Not by recursion: each may end at once. */
  void proceed() {
    if (proceeding) {
      return;
    }
    proceeding = true;
    try {
      while (!waiting.isEmpty() && (open < most || unneeded.getAsBoolean())) {
        if (open < most && !waiting.isEmpty()) {
          open++;
          waiting.removeFirst().ask();
        }
      }
    } finally {
      proceeding = false;
    }
  }
}
