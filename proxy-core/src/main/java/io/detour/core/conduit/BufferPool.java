package io.detour.core.conduit;

import java.util.ArrayDeque;

/**
 * The copy buffers of one event loop. Last given back is first leased, so that a loop that is not
 * held up works in one buffer, which stays in the processor's cache.
 */
final class BufferPool {
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
