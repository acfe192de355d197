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
  private final Map<RequestKind, SingleWriterCounters> requests = new EnumMap<>(RequestKind.class);
  private final SingleWriterCounters errors =
      new SingleWriterCounters(ProxyErrorType.values().length);
  private final SingleWriterCounters rejections =
      new SingleWriterCounters(ClientLimit.values().length);

  private final SingleWriterCounters legacyUses = new SingleWriterCounters(1);
  private final SingleWriterCounters silentClients = new SingleWriterCounters(1);

  /** For each timing: a count for each bucket, then the sum in nanoseconds. */
  private final Map<Timing, SingleWriterCounters> timings = new EnumMap<>(Timing.class);

  LoopCounters() {
    for (RequestKind kind : RequestKind.values()) {
      requests.put(kind, new SingleWriterCounters(kind.slotCount()));
    }
    for (Timing timing : Timing.values()) {
      timings.put(timing, new SingleWriterCounters(timing.buckets() + 1));
    }
  }

  /** Counts a request that has been answered with a status. */
  public void request(RequestKind kind, int status) {
    of(requests, kind).increment(kind.slot(status));
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

  /** Counts a client that has not said a word in time. */
  public void silentClient() {
    silentClients.increment(0);
  }

  /** Counts a client that was turned away, beside {@link #request}. */
  public void rejected(ClientLimit limit) {
    rejections.increment(index(limit));
  }

  /** Counts how long something took: 0 ns or more. */
  public void took(Timing timing, long nanos) {
    SingleWriterCounters counts = of(timings, timing);
    counts.increment(timing.bucket(nanos));
    counts.add(timing.buckets(), nanos);
  }

  private static <K> SingleWriterCounters of(Map<K, SingleWriterCounters> counters, K key) {
    return Objects.requireNonNull(counters.get(key));
  }

  long durations(Timing timing, int bucket) {
    return of(timings, timing).value(bucket);
  }

  long durationNanos(Timing timing) {
    return of(timings, timing).value(timing.buckets());
  }

  long requests(RequestKind kind, int slot) {
    return of(requests, kind).value(slot);
  }

  long legacyUses() {
    return legacyUses.value(0);
  }

  long silentClients() {
    return silentClients.value(0);
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

  /**
   * Counters that one thread writes and any thread reads. Opaque access makes a store whole (64
   * bits on every JVM), in order for each counter, and seen by readers in the end; with one writer
   * it needs no fence and no {@code lock} prefix. A pad of two cache lines on both ends (the
   * adjacent-line prefetcher moves lines in pairs) keeps the counters of other threads off its
   * lines, so that these stay with the writer's core between scrapes.
   */
  private static final class SingleWriterCounters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    /** 128 bytes in longs. */
    private static final int PAD = 16;

    private final long[] cells;

    SingleWriterCounters(int size) {
      cells = new long[PAD + size + PAD];
    }

    void increment(int index) {
      add(index, 1);
    }

    /** Only the owning thread. */
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
