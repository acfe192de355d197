package io.detour.core.relay;

import io.detour.core.sys.Kernel;
import java.time.Duration;

/**
 * How the kernel is to watch whether the peers of a tunnel are alive.
 *
 * <p>The kernel's timeout for unacknowledged bytes also ends a peer that lives and does not read,
 * as the write-stall timeout does; it is longer, so that the relay's own clock, which knows the
 * reason, is first.
 *
 * @param idleSeconds how long nothing comes before a peer is probed
 * @param intervalSeconds between two probes
 * @param timeoutMillis how long bytes or probes may stay unacknowledged; 0 for what the kernel does
 *     by itself, about a quarter of an hour
 */
record PeerWatch(int idleSeconds, int intervalSeconds, int timeoutMillis) {
  /**
   * With a longer one, a peer that has vanished would be kept for longer than the kernel's own
   * count of retries and probes does, which TCP_USER_TIMEOUT replaces ({@code tcp(7)}).
   */
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(15);

  private static final int PROBES_PER_IDLE = 4;

  static PeerWatch of(RelayOptions options) {
    Duration keepAlive = options.keepAlive();
    Duration timeout = options.writeStall().multipliedBy(3).dividedBy(2);
    return new PeerWatch(
        seconds(keepAlive),
        seconds(keepAlive.dividedBy(PROBES_PER_IDLE)),
        timeout.compareTo(MAX_TIMEOUT) > 0 ? 0 : (int) Math.max(timeout.toMillis(), 1));
  }

  /**
   * Has the kernel watch the peer of a TCP socket; an error number for a socket of another kind.
   */
  int over(int socket, Kernel kernel) {
    return kernel.watchPeer(socket, idleSeconds, intervalSeconds, timeoutMillis);
  }

  private static int seconds(Duration duration) {
    return (int) Math.max(duration.toSeconds(), 1);
  }
}
