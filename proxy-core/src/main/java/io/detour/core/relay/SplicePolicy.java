package io.detour.core.relay;

import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.conduit.Conduit;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.Pipe;
import io.detour.core.tcp.EpollSocket;
import org.jspecify.annotations.Nullable;

/**
 * Which way the next bytes of one direction move: learns from the size of each read whether it
 * streams, remembers what stands against splicing, and counts why a stream is copied.
 */
final class SplicePolicy {
  /** A direction streams once this many reads in a row were large. */
  private static final int STREAM_AFTER = 2;

  /** A direction stops streaming once this many splices in a row were small. */
  private static final int STREAM_UNTIL = 3;

  /** A read is large when it fills this part of the buffer. */
  private static final int LARGE_READ_DIVISOR = 2;

  private static final int SMALL_SPLICE = 4 * 1024;

  private final RelayMode mode;
  private final RelayTotals totals;

  private RelayPath last;
  private boolean streaming;
  private int streak;
  private boolean refused;

  /** Why this direction copies although it would splice, while it does. */
  private @Nullable SpliceFallback fallback;

  SplicePolicy(RelayMode mode, RelayTotals totals) {
    this.mode = mode;
    this.totals = totals;
    this.last = first(mode);
  }

  /** The path that a direction is on before it has moved a byte. */
  static RelayPath first(RelayMode mode) {
    return mode == RelayMode.SPLICE ? RelayPath.SPLICE : RelayPath.COPY;
  }

  /** A conduit for the next bytes. */
  Conduit lease(ConduitPool conduits, EpollSocket source) {
    if (wantsSplice(source)) {
      Pipe pipe = conduits.leasePipe();
      if (pipe != null) {
        fallback = null;
        return pipe;
      }
      fallBack(conduits.pipesRefused() ? SpliceFallback.PIPE_REFUSED : SpliceFallback.PIPE_LIMIT);
    }
    return conduits.leaseBuffer();
  }

  private boolean wantsSplice(EpollSocket source) {
    boolean wanted =
        switch (mode) {
          case AUTO -> streaming;
          case SPLICE -> true;
          case COPY -> false;
        };
    if (wanted && source.urgent()) {
      fallBack(SpliceFallback.URGENT_DATA);
    }
    return wanted && !source.urgent() && !refused;
  }

  /** The kernel does not splice here: never again. */
  void refuse() {
    refused = true;
    fallBack(SpliceFallback.SPLICE_REFUSED);
  }

  /** Copies from now on, which is no fault. */
  void copyTheRest() {
    refused = true;
  }

  /** Counts a change of the reason, not every read. */
  private void fallBack(SpliceFallback reason) {
    if (fallback != reason) {
      fallback = reason;
      totals.fellBack(reason);
    }
  }

  /** Bytes were read. */
  void moved(Conduit conduit, int bytes) {
    last = conduit.path();
    boolean wasStreaming = last == RelayPath.SPLICE;
    switch (last) {
      case COPY -> {
        streak = bytes >= conduit.capacity() / LARGE_READ_DIVISOR ? streak + 1 : 0;
        streaming = streak >= STREAM_AFTER;
      }
      case SPLICE -> {
        streak = bytes < SMALL_SPLICE ? streak + 1 : 0;
        streaming = streak < STREAM_UNTIL;
      }
    }
    if (streaming != wasStreaming) {
      streak = 0;
      if (wasStreaming && mode == RelayMode.AUTO) {
        totals.fellBack(SpliceFallback.SMALL_READS);
      }
    }
  }

  /** How the last bytes moved. */
  RelayPath last() {
    return last;
  }
}
