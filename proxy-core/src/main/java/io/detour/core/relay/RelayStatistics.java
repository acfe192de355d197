package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;

/**
 * What all relays of an engine did so far. Reading costs the data path nothing: each method sums
 * plain counters that the event loops write for themselves.
 *
 * <p>Any thread. Counters only grow; a value may be a moment old.
 */
public interface RelayStatistics {
  /** Bytes delivered in a direction over a path, in bytes. */
  long relayedBytes(Direction direction, RelayPath path);

  /** Bytes delivered in a direction, in bytes. */
  default long relayedBytes(Direction direction) {
    return relayedBytes(direction, RelayPath.COPY) + relayedBytes(direction, RelayPath.SPLICE);
  }

  /** Tunnels that are open now. */
  default long openTunnels() {
    return openTunnels(RelayPath.COPY) + openTunnels(RelayPath.SPLICE);
  }

  /** Tunnels that are open now, by the path that each is on. */
  long openTunnels(RelayPath path);

  /** Tunnels that have ended, by the path that each ended on. */
  long endedTunnels(RelayPath path);

  /** Tunnels that have ended for a reason. */
  long closes(CloseReason reason);

  /** How often a direction that streamed went over to copying, or could not splice, and why. */
  long spliceFallbacks(SpliceFallback reason);

  /** Pipes that hold bytes of a tunnel now. */
  long leasedPipes();

  /** Pipes that are open, empty and ready for the next burst. */
  long pooledPipes();

  /** The most pipes that may be open at once. */
  long pipesLimit();
}
