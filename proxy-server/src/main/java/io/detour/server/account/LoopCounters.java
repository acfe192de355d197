package io.detour.server.account;

import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What one event loop counts. Only that loop's thread calls the methods that count; each is a plain
 * load, add and store on a cache line that no other thread writes. Any thread may read.
 *
 * <p>Get it from {@link RequestCounters#loop} once and keep it with what lives on the loop.
 */
public final class LoopCounters {
  private static final int FORWARD_OFFSET = RequestKind.CONNECT.slotCount();
  private static final int TCP_OFFSET = FORWARD_OFFSET + RequestKind.FORWARD.slotCount();

  private final SingleWriterCounters requests =
      new SingleWriterCounters(TCP_OFFSET + RequestKind.TCP.slotCount());
  private final SingleWriterCounters errors =
      new SingleWriterCounters(ProxyErrorType.values().length);
  private final SingleWriterCounters rejections =
      new SingleWriterCounters(ClientLimit.values().length);

  private final SingleWriterCounters legacyUses = new SingleWriterCounters(1);

  /** For each timing: a count for each bucket, then the sum in nanoseconds. */
  private final Map<Timing, SingleWriterCounters> timings = new EnumMap<>(Timing.class);

  LoopCounters() {
    for (Timing timing : Timing.values()) {
      timings.put(timing, new SingleWriterCounters(timing.buckets() + 1));
    }
  }

  /**
   * Counts a request that has been answered.
   *
   * @param status the status sent to the client
   */
  public void request(RequestKind kind, int status) {
    requests.increment(offset(kind) + kind.slot(status));
  }

  /** Counts a request that failed, beside {@link #request}. */
  public void requestError(ProxyErrorType error) {
    errors.increment(index(error));
  }

  /** Counts a request that was answered with an error of our own, by its status and its error. */
  public void refused(RequestKind kind, Refusal refusal) {
    request(kind, refusal.status());
    requestError(refusal.error());
  }

  /** Counts a request for a legacy name. */
  public void legacyUse() {
    legacyUses.increment(0);
  }

  /** Counts a client that was turned away, beside {@link #request}. */
  public void rejected(ClientLimit limit) {
    rejections.increment(index(limit));
  }

  /**
   * Counts how long something took.
   *
   * @param nanos 0 or more
   */
  public void took(Timing timing, long nanos) {
    SingleWriterCounters counts = timing(timing);
    counts.increment(timing.bucket(nanos));
    counts.add(timing.buckets(), nanos);
  }

  private SingleWriterCounters timing(Timing timing) {
    return Objects.requireNonNull(timings.get(timing));
  }

  long durations(Timing timing, int bucket) {
    return timing(timing).value(bucket);
  }

  long durationNanos(Timing timing) {
    return timing(timing).value(timing.buckets());
  }

  long requests(RequestKind kind, int slot) {
    return requests.value(offset(kind) + slot);
  }

  long legacyUses() {
    return legacyUses.value(0);
  }

  long requestErrors(ProxyErrorType error) {
    return errors.value(index(error));
  }

  long rejections(ClientLimit limit) {
    return rejections.value(index(limit));
  }

  @SuppressWarnings("EnumOrdinal") // an array index of this process, never stored
  private static int index(Enum<?> value) {
    return value.ordinal();
  }

  private static int offset(RequestKind kind) {
    return switch (kind) {
      case CONNECT -> 0;
      case FORWARD -> FORWARD_OFFSET;
      case TCP -> TCP_OFFSET;
    };
  }

  /**
   * Counters that one thread writes and any thread reads.
   *
   * <p>Because there is one writer, an increment needs no atomic read-modify-write: it is a load,
   * an add and a store. Opaque access makes the store whole (64 bits on every JVM), in order for
   * each counter, and seen by readers in the end; it needs no fence and no {@code lock} prefix. The
   * array carries a pad on both ends as long as two cache lines (the adjacent-line prefetcher moves
   * lines in pairs), so that no other thread's counters share a line with it and the line stays
   * with its writer's core between scrapes.
   */
  private static final class SingleWriterCounters {
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
}
