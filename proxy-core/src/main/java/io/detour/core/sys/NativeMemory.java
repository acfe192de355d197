package io.detour.core.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Memory outside the heap for bytes in flight. Only the thread that allocated it uses and frees it.
 */
public final class NativeMemory implements AutoCloseable {
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment segment;

  /**
   * @param bytes its size, at least 1
   * @throws OutOfMemoryError if the system has none
   */
  public NativeMemory(int bytes) {
    segment = arena.allocate(bytes);
  }

  /** Where it begins, for {@link Kernel#recv} and {@link Kernel#send}. */
  public long address() {
    return segment.address();
  }

  /** Its size in bytes. */
  public int size() {
    return (int) segment.byteSize();
  }

  /** The same memory as a buffer over all of it. */
  public ByteBuffer asByteBuffer() {
    return segment.asByteBuffer();
  }

  /** Frees the memory. */
  @Override
  public void close() {
    arena.close();
  }
}
