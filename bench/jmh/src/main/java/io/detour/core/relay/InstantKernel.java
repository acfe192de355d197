package io.detour.core.relay;

import io.detour.core.sys.Errno;
import io.detour.core.sys.Kernel;

/**
 * A kernel that answers at once and moves nothing: what is measured with it is the relay's own
 * work. A read gives what was offered and then {@code EAGAIN}; a write takes everything.
 */
final class InstantKernel implements Kernel {
  /** The socket that reads come from. */
  static final int SOURCE = 1;

  /** The socket that writes go to. */
  static final int SINK = 2;

  private static final int PIPE_READ_END = 10;
  private static final int PIPE_WRITE_END = 11;

  private long offeredBytes;

  /** From now on the source has this many bytes. */
  void offer(long bytes) {
    offeredBytes = bytes;
  }

  private int take(int length) {
    int moved = (int) Math.min(length, offeredBytes);
    offeredBytes -= moved;
    return moved > 0 ? moved : -Errno.EAGAIN;
  }

  @Override
  public int recv(int socket, long address, int length) {
    return take(length);
  }

  @Override
  public int send(int socket, long address, int length) {
    return length;
  }

  @Override
  public int read(int pipe, long address, int length) {
    return length;
  }

  @Override
  public int splice(int from, int to, int length) {
    return from == SOURCE ? take(length) : length;
  }

  @Override
  public int shutdownWrite(int socket) {
    return 0;
  }

  @Override
  public int resetOnClose(int socket) {
    return 0;
  }

  @Override
  public int takeError(int socket) {
    return 0;
  }

  @Override
  public int unacknowledged(int socket) {
    return 0;
  }

  @Override
  public int watchPeer(int socket, int idleSeconds, int intervalSeconds, int timeoutMillis) {
    return 0;
  }

  @Override
  public int pipe(int[] ends) {
    ends[0] = PIPE_READ_END;
    ends[1] = PIPE_WRITE_END;
    return 0;
  }

  @Override
  public int resizePipe(int pipe, int bytes) {
    return bytes;
  }

  @Override
  public int close(int descriptor) {
    return 0;
  }
}
