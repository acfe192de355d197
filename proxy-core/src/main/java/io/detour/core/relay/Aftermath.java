package io.detour.core.relay;

import io.detour.core.CloseReason;
import java.time.Duration;

/**
 * What is left to do for a tunnel when one side is lost: deliver what that side sent, wait until
 * the survivor has acknowledged it, and only then reset the survivor. A reset destroys what the
 * kernel has not delivered yet.
 */
final class Aftermath {
  /** What a turn came to. */
  enum Outcome {
    /** There is more to deliver; the turn's budget is used up. */
    MORE,
    /** The survivor takes nothing now: an event will tell. */
    BLOCKED,
    /** The survivor has not acknowledged all: no event tells, so look again after a pause. */
    SETTLING,
    /** Nothing more can be done for the survivor: reset it. */
    OVER
  }

  private static final long MIN_PAUSE_NANOS = Duration.ofMillis(1).toNanos();
  private static final long MAX_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

  private final RelayLoop loop;
  private final Flow remaining;
  private final CloseReason reason;
  private int unacknowledgedBytes = Integer.MAX_VALUE;
  private long pauseNanos = MIN_PAUSE_NANOS;

  /** {@link RelayLoop#now} when the survivor last acknowledged something. */
  private long acknowledgedNanos;

  /** For the flow from the lost side, in a tunnel that will have ended for a reason. */
  Aftermath(RelayLoop loop, Flow remaining, CloseReason reason) {
    this.loop = loop;
    this.remaining = remaining;
    this.reason = reason;
    this.acknowledgedNanos = loop.now();
  }

  Outcome advance() {
    if (remaining.sink.failed()) {
      return Outcome.OVER;
    }
    Flow.Outcome outcome = remaining.ended() ? Flow.Outcome.ENDED : remaining.advance();
    return switch (outcome) {
      case MORE -> Outcome.MORE;
      case BLOCKED -> Outcome.BLOCKED;
      case SINK_FAILED -> Outcome.OVER;
      case WAITING, ENDED, SOURCE_FAILED -> settle();
    };
  }

  private Outcome settle() {
    int bytes = loop.kernel().unacknowledged(remaining.sink.number());
    if (bytes <= 0) {
      return Outcome.OVER;
    }
    if (bytes != unacknowledgedBytes) {
      unacknowledgedBytes = bytes;
      acknowledgedNanos = loop.now();
    }
    return Outcome.SETTLING;
  }

  /** How long to wait before the next look, longer each time. */
  long nextPauseNanos() {
    long pause = pauseNanos;
    pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
    return pause;
  }

  /** Whether the survivor has taken nothing for the write-stall timeout. */
  boolean hasStalled() {
    long moved = Math.max(acknowledgedNanos, remaining.movedNanos());
    return loop.isOver(loop.options().writeStall(), moved);
  }

  CloseReason reason() {
    return reason;
  }
}
