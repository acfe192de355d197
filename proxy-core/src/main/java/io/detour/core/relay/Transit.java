package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.relay.TransferListener.Operation;
import org.jspecify.annotations.Nullable;

/** One direction of a tunnel: how far it has come, however its bytes move. */
abstract sealed class Transit permits Flow, PortableFlow {
  final RelayLoop loop;
  final Direction direction;
  private final @Nullable TransferListener transfers;

  /** Nothing more comes from the source. */
  boolean sourceEnded;

  /** The end of stream is passed on. */
  boolean sinkShut;

  /** Whether the tunnel's listener knows that the sink takes no more. */
  boolean toldBlocked;

  private boolean paused;
  private long deliveredBytes;

  /** {@link RelayLoop#now} when a byte last moved. */
  private long movedNanos;

  /**
   * @param transfers told each read and write, or null
   */
  Transit(RelayLoop loop, Direction direction, @Nullable TransferListener transfers) {
    this.loop = loop;
    this.direction = direction;
    this.transfers = transfers;
    this.movedNanos = loop.now();
  }

  /** Whether bytes have left the source and not reached the sink. */
  abstract boolean holdsBytes();

  /** How the last bytes moved. */
  abstract RelayPath path();

  /** Something moved. */
  final void moved() {
    movedNanos = loop.now();
  }

  /** The sink has taken bytes. */
  final void delivered(RelayPath path, int bytes) {
    deliveredBytes += bytes;
    moved();
    loop.totals().relayed(direction, path, bytes);
  }

  /** Only when the state of this direction is whole, since a listener may throw. */
  final void report(Operation operation, RelayPath path, int result) {
    if (transfers != null) {
      transfers.transferred(direction, operation, path, result);
    }
  }

  /** The source is lost: only what is in flight is still to be delivered. */
  final void sourceLost() {
    sourceEnded = true;
  }

  /** No pause counts as silence. */
  final void pause(boolean wanted) {
    if (paused) {
      moved();
    }
    paused = wanted;
  }

  /** Whether its owner wants no more bytes read. */
  final boolean paused() {
    return paused;
  }

  /** Whether the end of stream is passed on. */
  final boolean ended() {
    return sinkShut;
  }

  /** Bytes that the sink has taken. */
  final long deliveredBytes() {
    return deliveredBytes;
  }

  final long movedNanos() {
    return movedNanos;
  }
}
