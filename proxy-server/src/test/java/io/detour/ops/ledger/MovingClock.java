package io.detour.ops.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A time of day that stands still until it is moved. Any thread. */
final class MovingClock implements InstantSource {
  /** 2027-01-15T08:00:00Z. */
  static final long START = 1_800_000_000L;

  private final AtomicLong second = new AtomicLong(START);

  @Override
  public Instant instant() {
    return Instant.ofEpochSecond(second.get());
  }

  long second() {
    return second.get();
  }

  /** Forward, or back. */
  void move(Duration by) {
    second.addAndGet(by.toSeconds());
  }
}
