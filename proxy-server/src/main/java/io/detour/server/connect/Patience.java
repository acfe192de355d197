package io.detour.server.connect;

import java.time.Duration;

/**
 * How long something has been waited for, in visits of a {@link Sweep}: the clock is read by the
 * sweep alone, so beginning to wait costs nothing. Ends late by a visit or two, never early.
 */
public final class Patience {
  private static final long NOT_SEEN = Long.MIN_VALUE;

  private final long nanos;
  private long since = NOT_SEEN;

  /**
   * @param patience how long to wait
   */
  public Patience(Duration patience) {
    this.nanos = patience.toNanos();
  }

  /** Begins to wait anew. */
  public void renew() {
    since = NOT_SEEN;
  }

  /**
   * Whether it has taken too long.
   *
   * @param nanoTime of the sweep
   */
  public boolean isOver(long nanoTime) {
    if (since == NOT_SEEN) {
      since = nanoTime;
      return false;
    }
    return nanoTime - since > nanos;
  }
}
