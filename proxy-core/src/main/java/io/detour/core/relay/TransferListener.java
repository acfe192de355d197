package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;

/**
 * Hears of every single I/O operation of a tunnel, for tracing. Called on the tunnel's event loop
 * behind each operation; must not block or throw.
 */
@FunctionalInterface
public interface TransferListener {
  /** What was done. */
  enum Operation {
    /** Bytes were taken from the source of the direction. */
    READ,
    /** Bytes were given to the sink of the direction. */
    WRITE
  }

  /**
   * An operation was done.
   *
   * @param result bytes moved (&gt; 0), 0 at the end of the stream, or {@code -errno}; {@code
   *     -EAGAIN} says that there was nothing to read or no room to write. The portable relay sees
   *     no error numbers and reports bytes and ends only
   */
  void transferred(Direction direction, Operation operation, RelayPath path, int result);
}
