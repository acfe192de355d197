package io.detour.core.relay;

import io.detour.core.RelayPath;

/** What a tunnel needs to know of one of its directions, however the bytes move. */
interface Transit {
  /** Whether bytes have left the source and not reached the sink. */
  boolean holdsBytes();

  /** Whether the end of stream is passed on. */
  boolean ended();

  /** Whether its owner wants no more bytes read. */
  boolean paused();

  /** How the last bytes moved. */
  RelayPath path();

  /** Bytes that the sink has taken. */
  long deliveredBytes();

  /** {@link RelayLoop#now} when a byte last moved. */
  long movedNanos();
}
