package io.detour.core.conduit;

import io.detour.core.RelayPath;
import io.detour.core.sys.Errno;
import io.detour.core.sys.Kernel;

/**
 * A conduit inside the kernel: a pipe between two splices, the bytes never enter this process.
 *
 * <p>A pipe is slots, not bytes: a segment takes at least one slot, so how many bytes fit is known
 * only when the kernel says so. Opened, resized and closed by {@link PipePool}.
 */
public final class Pipe implements Conduit {
  private final int readEnd;
  private final int writeEnd;
  private final int capacity;
  private int pending;

  Pipe(int readEnd, int writeEnd, int capacity) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
    this.capacity = capacity;
  }

  @Override
  public RelayPath path() {
    return RelayPath.SPLICE;
  }

  @Override
  public int pending() {
    return pending;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int drain(Kernel kernel, int source) {
    assert pending == 0 : "drain into a pipe that holds " + pending + " bytes";
    int moved = kernel.splice(source, writeEnd, capacity);
    if (moved > 0) {
      pending = moved;
    }
    return moved;
  }

  @Override
  public int pump(Kernel kernel, int sink) {
    assert pending > 0 : "pump from an empty pipe";
    int moved = kernel.splice(readEnd, sink, pending);
    if (moved > 0) {
      pending -= moved;
    }
    // A pipe that holds bytes always gives some or an error: 0 is none that any kernel should give.
    return moved == 0 ? -Errno.EINVAL : moved;
  }

  /**
   * Moves everything inside into a buffer, for a sink that cannot be spliced to.
   *
   * @return a buffer of exactly these bytes; the pipe is empty afterwards, or, if the kernel
   *     refuses even a read, still holds bytes and is to be closed
   */
  CopyBuffer empty(Kernel kernel) {
    CopyBuffer buffer = new CopyBuffer(pending);
    while (pending > 0) {
      int moved = buffer.append(kernel, readEnd);
      if (moved <= 0) {
        break;
      }
      pending -= moved;
    }
    return buffer;
  }

  void close(Kernel kernel) {
    kernel.close(readEnd);
    kernel.close(writeEnd);
  }
}
