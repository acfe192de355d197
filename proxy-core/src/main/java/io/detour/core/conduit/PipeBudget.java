package io.detour.core.conduit;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many pipes may be open at once in all event loops together.
 *
 * <p>Shared by the pools; written only when a pipe is opened or closed, which pooling makes rare.
 */
public final class PipeBudget {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  public PipeBudget(int limit) {
    this.limit = limit;
  }

  /** The most open pipes, 0 for none. */
  public int limit() {
    return limit;
  }

  boolean take() {
    if (open.incrementAndGet() <= limit) {
      return true;
    }
    open.decrementAndGet();
    return false;
  }

  void giveBack() {
    open.decrementAndGet();
  }
}
