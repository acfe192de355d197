package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;

/** Which of a tunnel's two ends. */
enum Side {
  CLIENT(Direction.UPSTREAM, CloseReason.CLIENT_RESET),
  UPSTREAM(Direction.DOWNSTREAM, CloseReason.UPSTREAM_RESET);

  /** The direction of the bytes that come from this side. */
  final Direction from;

  /** The direction of the bytes that go to this side. */
  final Direction to;

  /** Why a tunnel ends when this side is lost. */
  final CloseReason lost;

  Side(Direction from, CloseReason lost) {
    this.from = from;
    this.to = from == Direction.UPSTREAM ? Direction.DOWNSTREAM : Direction.UPSTREAM;
    this.lost = lost;
  }
}
