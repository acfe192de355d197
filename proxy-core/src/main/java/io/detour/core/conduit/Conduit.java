package io.detour.core.conduit;

import io.detour.core.RelayPath;
import io.detour.core.sys.Kernel;

/**
 * Holds the bytes that have left one socket and have not reached the other.
 *
 * <p>Two verbs: {@link #drain} takes bytes from the source, only into an empty conduit; {@link
 * #pump} gives exactly what is in it to the sink. An empty conduit is what makes {@code EAGAIN} of
 * a splice mean "the socket is empty": with bytes in the pipe it could also mean "the pipe is
 * full".
 *
 * <p>Belongs to one event loop.
 */
public sealed interface Conduit permits Pipe, CopyBuffer {
  /** How bytes move through this conduit. */
  RelayPath path();

  /** Bytes inside: taken from the source and not yet given to the sink. */
  int pending();

  /** The most bytes that one drain can take. */
  int capacity();

  /**
   * Takes bytes from a socket. The conduit must be empty.
   *
   * @return bytes moved (&gt; 0), 0 at end of stream, or {@code -errno}
   */
  int drain(Kernel kernel, int source);

  /**
   * Gives bytes to a socket. The conduit must not be empty.
   *
   * @return bytes moved (&gt; 0), or {@code -errno}; what was not moved stays inside
   */
  int pump(Kernel kernel, int sink);
}
