package io.detour.server.serve;

import java.time.Duration;

/**
 * How long something has been waited for, in visits of a {@link Sweep}, which reads the clock for
 * all but {@link #renewNow}. Ends late by a visit, or two if it was renewed, never early.
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

  /** Begins to wait anew, from this moment on. */
  void renewNow() {
    since = System.nanoTime();
  }

  /** Begins to wait anew, from the next visit on: that costs no look at the clock. */
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
