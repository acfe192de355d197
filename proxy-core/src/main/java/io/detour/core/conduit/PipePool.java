package io.detour.core.conduit;

import io.detour.core.sys.Kernel;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pipes of one event loop. A pipe that still holds bytes is closed, never pooled: the next
 * tunnel would get bytes of another.
 */
final class PipePool {
  private final Kernel kernel;
  private final PipeBudget budget;
  private final int pipeBytes;
  private final int smallestBytes;
  private final ArrayDeque<Pipe> pooled = new ArrayDeque<>();
  private final int[] ends = new int[2];

  /** The kernel gave no pipe, or a poor one: do not ask again before the next trim. */
  private boolean refused;

  // Written by the event loop alone without a fence, read by scrapes.
  private final AtomicInteger leasedCount = new AtomicInteger();
  private final AtomicInteger pooledCount = new AtomicInteger();

  /** The fewest pipes that lay in the pool since the last trim: they were not needed. */
  private int unused;

  /** Asks for pipes of a size; the kernel may give smaller ones. */
  PipePool(Kernel kernel, PipeBudget budget, int pipeBytes) {
    this.kernel = kernel;
    this.budget = budget;
    this.pipeBytes = pipeBytes;
    // A user who has used up pipe-user-pages-soft gets pipes of two pages: copying is better.
    this.smallestBytes = Math.min(pipeBytes, 64 * 1024);
  }

  /** An empty pipe, or null when none can be had: the budget is used up or the kernel refuses. */
  @Nullable Pipe lease() {
    Pipe pipe = pooled.pollFirst();
    unused = Math.min(unused, pooled.size());
    if (pipe == null) {
      pipe = open();
    }
    if (pipe != null) {
      count(1);
    }
    return pipe;
  }

  private @Nullable Pipe open() {
    if (refused || !budget.take()) {
      return null;
    }
    if (kernel.pipe(ends) < 0) {
      budget.giveBack();
      refused = true;
      return null;
    }
    int capacity = kernel.resizePipe(ends[1], pipeBytes);
    Pipe pipe = new Pipe(ends[0], ends[1], Math.min(capacity, pipeBytes));
    if (capacity < smallestBytes) {
      close(pipe);
      refused = true;
      return null;
    }
    return pipe;
  }

  void giveBack(Pipe pipe) {
    if (pipe.pending() == 0) {
      pooled.addFirst(pipe);
    } else {
      close(pipe);
    }
    count(-1);
  }

  /** Whether the kernel has refused a pipe since the last trim. */
  boolean refused() {
    return refused;
  }

  private void count(int leases) {
    leasedCount.setOpaque(leasedCount.getPlain() + leases);
    pooledCount.setOpaque(pooled.size());
  }

  /** Closes the pipes that were not needed since the last call. */
  void trim() {
    refused = false;
    for (; unused > 0; unused--) {
      close(pooled.removeLast());
    }
    unused = pooled.size();
    count(0);
  }

  void close() {
    pooled.forEach(this::close);
    pooled.clear();
    unused = 0;
    count(0);
  }

  private void close(Pipe pipe) {
    pipe.close(kernel);
    budget.giveBack();
  }

  /** Pipes in use; any thread. */
  int leased() {
    return leasedCount.getOpaque();
  }

  /** Pipes that lie in the pool; any thread. */
  int pooled() {
    return pooledCount.getOpaque();
  }
}
