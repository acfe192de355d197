package io.detour.core;

/** Why a tunnel ended. */
public enum CloseReason {
  /** Both sides ended their direction, the client first. */
  CLIENT_FIN,
  /** Both sides ended their direction, the upstream host first. */
  UPSTREAM_FIN,
  /** The client reset its connection, or vanished. */
  CLIENT_RESET,
  /** The upstream host reset its connection, or vanished. */
  UPSTREAM_RESET,
  /** No byte moved in either direction for the idle timeout. */
  IDLE_TIMEOUT,
  /** One direction had ended, and the other moved no byte for the half-close timeout. */
  HALF_CLOSE_TIMEOUT,
  /** A side took none of the bytes waiting for it for the write-stall timeout. */
  WRITE_STALL,
  /** The proxy stopped and the tunnel had not ended within the drain timeout. */
  DRAIN,
  /** An operator ended the tunnel. */
  KILLED,
  /** A system call failed in a way that is neither side's doing. */
  ERROR
}
