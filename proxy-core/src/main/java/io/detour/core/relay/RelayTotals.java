package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters of one event loop. Written by that loop alone, without a fence or a shared cache
 * line; read by any thread.
 */
@SuppressWarnings("EnumOrdinal") // The positions are used inside this object only.
final class RelayTotals {
  private static final int PATHS = RelayPath.values().length;
  private static final int BYTES = 0;
  private static final int OPEN = BYTES + Direction.values().length * PATHS;
  private static final int ENDED = OPEN + PATHS;
  private static final int CLOSES = ENDED + PATHS;
  private static final int FALLBACKS = CLOSES + CloseReason.values().length;
  private static final int SIZE = FALLBACKS + SpliceFallback.values().length;

  /** Unused longs before and behind, so that two loops never write to the same cache line. */
  private static final int PADDING = 16;

  private final AtomicLongArray values = new AtomicLongArray(PADDING + SIZE + PADDING);

  void relayed(Direction direction, RelayPath path, int bytes) {
    add(bytesIndex(direction, path), bytes);
  }

  void opened(RelayPath path) {
    add(OPEN + path.ordinal(), 1);
  }

  void moved(RelayPath from, RelayPath to) {
    add(OPEN + from.ordinal(), -1);
    add(OPEN + to.ordinal(), 1);
  }

  void closed(RelayPath path, CloseReason reason) {
    add(OPEN + path.ordinal(), -1);
    add(ENDED + path.ordinal(), 1);
    add(CLOSES + reason.ordinal(), 1);
  }

  void fellBack(SpliceFallback reason) {
    add(FALLBACKS + reason.ordinal(), 1);
  }

  private void add(int index, long amount) {
    values.setOpaque(PADDING + index, values.getPlain(PADDING + index) + amount);
  }

  long relayedBytes(Direction direction, RelayPath path) {
    return read(bytesIndex(direction, path));
  }

  long open(RelayPath path) {
    return read(OPEN + path.ordinal());
  }

  long ended(RelayPath path) {
    return read(ENDED + path.ordinal());
  }

  long closes(CloseReason reason) {
    return read(CLOSES + reason.ordinal());
  }

  long fallbacks(SpliceFallback reason) {
    return read(FALLBACKS + reason.ordinal());
  }

  private long read(int index) {
    return values.getOpaque(PADDING + index);
  }

  private static int bytesIndex(Direction direction, RelayPath path) {
    return BYTES + direction.ordinal() * PATHS + path.ordinal();
  }
}
