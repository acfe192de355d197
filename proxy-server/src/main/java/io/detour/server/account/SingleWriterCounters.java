package io.detour.server.account;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters that one thread writes and any thread reads.
 *
 * <p>Because there is one writer, an increment needs no atomic read-modify-write: it is a load, an
 * add and a store. Opaque access makes the store whole (64 bits on every JVM), in order for each
 * counter, and seen by readers in the end; it needs no fence and no {@code lock} prefix. The array
 * carries a pad on both ends as long as two cache lines (the adjacent-line prefetcher moves lines
 * in pairs), so that no other thread's counters share a line with it and the line stays with its
 * writer's core between scrapes.
 */
final class SingleWriterCounters {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** 128 bytes in longs. */
  private static final int PAD = 16;

  private final long[] cells;

  /**
   * @param size number of counters, all 0
   */
  SingleWriterCounters(int size) {
    cells = new long[PAD + size + PAD];
  }

  /** Adds one. Only the owning thread. */
  void increment(int index) {
    add(index, 1);
  }

  /** Adds a number. Only the owning thread. */
  void add(int index, long number) {
    int cell = PAD + index;
    CELL.setOpaque(cells, cell, (long) CELL.getOpaque(cells, cell) + number);
  }

  /** The count, perhaps a moment old. Any thread. */
  long value(int index) {
    return (long) CELL.getOpaque(cells, PAD + index);
  }
}
