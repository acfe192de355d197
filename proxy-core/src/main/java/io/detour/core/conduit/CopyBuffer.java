package io.detour.core.conduit;

import io.detour.core.RelayPath;
import io.detour.core.sys.Kernel;
import io.detour.core.sys.NativeMemory;
import java.nio.ByteBuffer;

/**
 * A conduit in the memory of this process: for small messages, where one {@code recv} and one
 * {@code send} beat two splices, and wherever a pipe cannot be had.
 */
public final class CopyBuffer implements Conduit {
  private final NativeMemory memory;
  private int start;
  private int end;

  CopyBuffer(int capacity) {
    memory = new NativeMemory(capacity);
  }

  /** A buffer for bytes that came before the relay began: at least one, from position to limit. */
  public static CopyBuffer of(ByteBuffer bytes) {
    CopyBuffer buffer = new CopyBuffer(bytes.remaining());
    buffer.end = bytes.remaining();
    buffer.memory.asByteBuffer().put(bytes);
    return buffer;
  }

  @Override
  public RelayPath path() {
    return RelayPath.COPY;
  }

  @Override
  public int pending() {
    return end - start;
  }

  @Override
  public int capacity() {
    return memory.size();
  }

  @Override
  public int drain(Kernel kernel, int source) {
    assert pending() == 0 : "drain into a buffer that holds " + pending() + " bytes";
    start = 0;
    int moved = kernel.recv(source, memory.address(), memory.size());
    end = Math.max(moved, 0);
    return moved;
  }

  @Override
  public int pump(Kernel kernel, int sink) {
    assert pending() > 0 : "pump from an empty buffer";
    int moved = kernel.send(sink, memory.address() + start, pending());
    if (moved > 0) {
      start += moved;
    }
    return moved;
  }

  /** Reads from a pipe behind what is inside. */
  int append(Kernel kernel, int pipe) {
    int moved = kernel.read(pipe, memory.address() + end, memory.size() - end);
    end += Math.max(moved, 0);
    return moved;
  }

  /** Forgets the bytes inside. */
  void clear() {
    start = 0;
    end = 0;
  }

  void close() {
    memory.close();
  }
}
