package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;

/**
 * One tunnel while it is relayed: what its owner can do to it and ask of it. Given to {@link
 * RelayListener#began}.
 *
 * <p>Commands may be given by any thread, a listener's callback included, and take effect in a
 * later turn of the tunnel's event loop. Questions are for the event loop only. When the tunnel has
 * ended, commands do nothing.
 */
public interface OpenTunnel {
  /**
   * Reads no more bytes of a direction from its source until {@link #resume}. What was read is
   * still delivered, and the other direction goes on. The source's peer is held up by TCP, once the
   * kernel's buffers are full; its end or reset is seen after the resume. While a direction is
   * paused, the idle and half-close timeouts do not run. A pause ends when one side is lost.
   */
  void pause(Direction direction);

  /** Ends a {@link #pause}. */
  void resume(Direction direction);

  /**
   * Ends the tunnel: each side whose direction had not ended is reset, so that nobody takes what
   * came for the whole.
   *
   * @param reason is counted and told to the listener; {@link CloseReason#KILLED} for an operator's
   *     wish
   * @throws IllegalArgumentException if the reason is a clean end, which a tunnel comes to by
   *     itself
   */
  void close(CloseReason reason);

  /**
   * How the last bytes of a direction moved: {@link RelayPath#SPLICE} says that they did not enter
   * this process (zero-copy).
   */
  RelayPath path(Direction direction);

  /** {@link RelayPath#SPLICE} if the last bytes of at least one direction moved so. */
  default RelayPath path() {
    boolean splicing =
        path(Direction.UPSTREAM) == RelayPath.SPLICE
            || path(Direction.DOWNSTREAM) == RelayPath.SPLICE;
    return splicing ? RelayPath.SPLICE : RelayPath.COPY;
  }

  /** How long ago the relay began. */
  Duration age();

  /** Bytes delivered so far in a direction. */
  long deliveredBytes(Direction direction);

  /** Where everything of this tunnel happens. */
  EventExecutor eventLoop();
}
