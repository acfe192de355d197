package io.detour.core.conduit;

import io.detour.core.sys.Kernel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Leases the conduits of one event loop and takes them back.
 *
 * <p>Used by its event loop only, but for the counts, which any thread may read.
 */
public final class ConduitPool {
  private final Kernel kernel;
  private final PipePool pipes;
  private final BufferPool buffers;

  /** Pipes within the budget of all event loops, and buffers, of these sizes in bytes. */
  public ConduitPool(Kernel kernel, PipeBudget budget, int pipeBytes, int bufferBytes) {
    this.kernel = kernel;
    this.pipes = new PipePool(kernel, budget, pipeBytes);
    this.buffers = new BufferPool(bufferBytes);
  }

  /** An empty pipe, or null when none can be had now. */
  public @Nullable Pipe leasePipe() {
    return pipes.lease();
  }

  /** Whether the last null of {@link #leasePipe} was the kernel's doing, and not the budget's. */
  public boolean pipesRefused() {
    return pipes.refused();
  }

  /** An empty copy buffer. */
  public CopyBuffer leaseBuffer() {
    return buffers.lease();
  }

  /** Gives back a pipe that cannot be spliced to the sink, for a buffer with the same bytes. */
  public CopyBuffer swap(Pipe pipe) {
    CopyBuffer buffer = pipe.empty(kernel);
    pipes.giveBack(pipe);
    return buffer;
  }

  /** Takes a conduit back; bytes that are still inside are lost. */
  public void giveBack(Conduit conduit) {
    switch (conduit) {
      case Pipe pipe -> pipes.giveBack(pipe);
      case CopyBuffer buffer -> buffers.giveBack(buffer);
    }
  }

  /** Closes what was not needed since the last call. */
  public void trim() {
    pipes.trim();
    buffers.trim();
  }

  /** Closes everything that is pooled. */
  public void close() {
    pipes.close();
    buffers.close();
  }

  /** Pipes in use now; any thread. */
  public int leasedPipes() {
    return pipes.leased();
  }

  /** Pipes that lie in the pool now; any thread. */
  public int pooledPipes() {
    return pipes.pooled();
  }

  /**
   * The copy buffers of one event loop. Last given back is first leased, so that a loop that is not
   * held up works in one buffer, which stays in the processor's cache.
   */
  static final class BufferPool {
    private final int capacity;
    private final ArrayDeque<CopyBuffer> pooled = new ArrayDeque<>();

    /** The fewest buffers that lay in the pool since the last trim: they were not needed. */
    private int unused;

    BufferPool(int capacity) {
      this.capacity = capacity;
    }

    CopyBuffer lease() {
      CopyBuffer buffer = pooled.pollFirst();
      unused = Math.min(unused, pooled.size());
      return buffer != null ? buffer : new CopyBuffer(capacity);
    }

    /** Takes a buffer back with whatever is in it; one of another size is freed. */
    void giveBack(CopyBuffer buffer) {
      if (buffer.capacity() == capacity) {
        buffer.clear();
        pooled.addFirst(buffer);
      } else {
        buffer.close();
      }
    }

    /** Frees the buffers that were not needed since the last call. */
    void trim() {
      for (; unused > 0; unused--) {
        pooled.removeLast().close();
      }
      unused = pooled.size();
    }

    void close() {
      pooled.forEach(CopyBuffer::close);
      pooled.clear();
      unused = 0;
    }
  }
}
