package io.detour.server.decide;

import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import java.util.concurrent.atomic.AtomicLongArray;

/** How the targets of a rule fare. Any thread. */
public final class TargetUse {
  /** Of a rule none of whose targets was ever dialled. */
  static final TargetUse NONE = new TargetUse();

  /** The asked host, which a rule for failures tries first, and every target. */
  private static final int PLACES = 1 + Outcome.Rewrite.MAX_TARGETS;

  private final AtomicLongArray connected = new AtomicLongArray(PLACES);
  private final AtomicLongArray failed = new AtomicLongArray(PLACES);
  private final AtomicLongArray fallbacks = new AtomicLongArray(FallbackError.values().length);

  TargetUse() {}

  /**
   * Counts a target that answered.
   *
   * @param target as {@link Hop#target}
   */
  public void connected(int target) {
    connected.incrementAndGet(place(target));
  }

  /**
   * Counts a target that was dialled in vain.
   *
   * @param target as {@link Hop#target}
   */
  public void failed(int target) {
    failed.incrementAndGet(place(target));
  }

  /** Counts a failure after which another target was tried. */
  public void fellBack(FallbackError error) {
    fallbacks.incrementAndGet(index(error));
  }

  /** How often a target answered. */
  public long connects(int target) {
    return connected.get(place(target));
  }

  /** How often a target was dialled in vain. */
  public long failures(int target) {
    return failed.get(place(target));
  }

  /** How often another target was tried after a failure. */
  public long fallbacks(FallbackError error) {
    return fallbacks.get(index(error));
  }

  private static int place(int target) {
    return target - Hop.ASKED;
  }

  @SuppressWarnings("EnumOrdinal") // an array index of this process, never stored
  private static int index(FallbackError error) {
    return error.ordinal();
  }
}
