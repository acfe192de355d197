package io.detour.core.relay;

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
 * @param timeoutMillis how long bytes or probes may stay unacknowledged
 */
record PeerWatch(int idleSeconds, int intervalSeconds, int timeoutMillis) {
  /** {@code tcp(7)}: 32,767 s is the most for both. */
  private static final long MOST_SECONDS = 32_767;

  private static final int PROBES_PER_IDLE = 4;

  static PeerWatch of(RelayOptions options) {
    Duration keepAlive = options.keepAlive();
    Duration timeout = options.writeStall().multipliedBy(3).dividedBy(2);
    return new PeerWatch(
        seconds(keepAlive),
        seconds(keepAlive.dividedBy(PROBES_PER_IDLE)),
        (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE));
  }

  private static int seconds(Duration duration) {
    return (int) Math.clamp(duration.toSeconds(), 1, MOST_SECONDS);
  }
}
