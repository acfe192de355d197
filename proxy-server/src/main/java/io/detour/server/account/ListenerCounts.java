package io.detour.server.account;

import java.util.concurrent.atomic.LongAdder;

/** The connections of one listener. Any thread: its clients are on all event loops. */
public final class ListenerCounts {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder closed = new LongAdder();

  /** A client was accepted. */
  public void accepted() {
    accepted.increment();
  }

  /** A client's connection is closed. */
  public void closed() {
    closed.increment();
  }

  /** How many clients were accepted. */
  public long total() {
    return accepted.sum();
  }

  /** How many are connected. */
  public long open() {
    long ended = closed.sum(); // first: it never is more than what is read then
    return accepted.sum() - ended;
  }
}
