package io.detour.server.account;

import io.detour.server.status.ProxyErrorType;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** The counters of all event loops, and their sums. Immutable apart from the counts; any thread. */
public final class RequestCounters {
  private final List<LoopCounters> loops;

  /** For so many event loops, at least 1. */
  public RequestCounters(int loops) {
    this.loops = IntStream.range(0, loops).mapToObj(loop -> new LoopCounters()).toList();
  }

  /** Those of one event loop, 0 being the first; two loops never share them. */
  public LoopCounters loop(int index) {
    return loops.get(index);
  }

  /** Requests of a kind that were answered with the status of a slot. */
  public long requestsInSlot(RequestKind kind, int slot) {
    return sum(loop -> loop.requests(kind, slot));
  }

  /** Requests that failed for a reason. */
  public long requestErrors(ProxyErrorType error) {
    return sum(loop -> loop.requestErrors(error));
  }

  /** Clients that were turned away for a limit. */
  public long rejections(ClientLimit limit) {
    return sum(loop -> loop.rejections(limit));
  }

  /** Clients that did not say a word in time. */
  public long silentClients() {
    return sum(LoopCounters::silentClients);
  }

  /** Requests of any kind that were answered. */
  public long allRequests() {
    return Arrays.stream(RequestKind.values())
        .flatMapToLong(
            kind ->
                IntStream.range(0, kind.slotCount()).mapToLong(slot -> requestsInSlot(kind, slot)))
        .sum();
  }

  /** Requests for legacy names: those that a rule decided, or with a legacy suffix. */
  public long legacyUses() {
    return sum(LoopCounters::legacyUses);
  }

  public long durations(Timing timing, int bucket) {
    return sum(loop -> loop.durations(timing, bucket));
  }

  public long durationNanos(Timing timing) {
    return sum(loop -> loop.durationNanos(timing));
  }

  private long sum(ToLongFunction<LoopCounters> count) {
    return loops.stream().mapToLong(count).sum();
  }
}
