package io.detour.server.log;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.relay.RelayStatistics;

/** A relay that has done a known amount of work: every value is a different number. */
public record FixedRelayStatistics() implements RelayStatistics {
  @Override
  public long relayedBytes(Direction direction, RelayPath path) {
    return switch (direction) {
      case UPSTREAM -> path == RelayPath.SPLICE ? 1_000_000_000_001L : 2;
      case DOWNSTREAM -> path == RelayPath.SPLICE ? 3 : 1_000_000_000_012L;
    };
  }

  @Override
  public long openTunnels(RelayPath path) {
    return path == RelayPath.SPLICE ? 20 : 21;
  }

  @Override
  public long endedTunnels(RelayPath path) {
    return path == RelayPath.SPLICE ? 30 : 31;
  }

  @Override
  public long closes(CloseReason reason) {
    return reason == CloseReason.CLIENT_FIN ? 40 : 0;
  }

  @Override
  public long spliceFallbacks(SpliceFallback reason) {
    return reason == SpliceFallback.PIPE_LIMIT ? 60 : 0;
  }

  @Override
  public long leasedPipes() {
    return 50;
  }

  @Override
  public long pooledPipes() {
    return 51;
  }

  @Override
  public long pipesLimit() {
    return 52;
  }
}
