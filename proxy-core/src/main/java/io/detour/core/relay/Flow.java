package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.conduit.Conduit;
import io.detour.core.conduit.CopyBuffer;
import io.detour.core.conduit.Pipe;
import io.detour.core.relay.TransferListener.Operation;
import io.detour.core.sys.Errno;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a tunnel: drain the source, pump into the sink, and when the source has ended
 * and everything is delivered, pass the end of stream on.
 *
 * <p>Invariant: the flow holds a conduit exactly while bytes are in flight. So a drain always goes
 * into an empty conduit, the source is not read again before the sink has taken everything
 * (backpressure), an end of stream cannot overtake bytes, and an idle flow holds nothing.
 */
final class Flow implements Transit {
  /** What a turn came to. */
  enum Outcome {
    /** There is more to do; the turn's budget may be used up. */
    MORE,
    /** Nothing in flight, nothing to read now. */
    WAITING,
    /** Bytes in flight, and the sink takes none now. */
    BLOCKED,
    /** All bytes are delivered and the end of stream is passed on. */
    ENDED,
    /** The source failed with {@link #failure}. Nothing is in flight. */
    SOURCE_FAILED,
    /** The sink failed with {@link #failure}. */
    SINK_FAILED
  }

  /** A direction streams once this many reads in a row were large. */
  private static final int STREAM_AFTER = 2;

  /** A direction stops streaming once this many splices in a row were small. */
  private static final int STREAM_UNTIL = 3;

  /** A read is large when it fills this part of the buffer. */
  private static final int LARGE_READ_DIVISOR = 2;

  private static final int SMALL_SPLICE = 4 * 1024;

  private final RelayLoop loop;
  private final Direction direction;
  private final Endpoint source;
  private final Endpoint sink;
  private final @Nullable TransferListener transfers;

  private @Nullable Conduit inFlight;
  private boolean sourceEnded;
  private boolean sinkShut;
  private boolean endWithheld;
  private boolean paused;
  private int failure;

  private boolean streaming;
  private boolean spliceRefused;

  /** Why this flow copies although it would splice, while it does. */
  private @Nullable SpliceFallback fallback;

  /**
   * A splice has said that the stream has ended. It says so too when an end of stream lies behind
   * an urgent byte, with bytes between them that only {@code recv} gets: so a {@code recv} has the
   * last word.
   */
  private boolean endDoubted;

  private int streak;
  private RelayPath path;

  private long deliveredBytes;
  private int turnBytes;

  /** {@link RelayLoop#now} when a byte last moved. */
  private long movedNanos;

  /**
   * @param transfers told each drain and pump, or null
   */
  Flow(
      RelayLoop loop,
      Direction direction,
      Endpoint source,
      Endpoint sink,
      @Nullable TransferListener transfers) {
    this.loop = loop;
    this.direction = direction;
    this.source = source;
    this.sink = sink;
    this.transfers = transfers;
    this.path = firstPath(loop.mode());
    this.movedNanos = loop.now();
  }

  /** The path that a flow is on before it has moved a byte. */
  static RelayPath firstPath(RelayMode mode) {
    return mode == RelayMode.SPLICE ? RelayPath.SPLICE : RelayPath.COPY;
  }

  /** Puts bytes in front that arrived before the relay began. At most once, before any turn. */
  void startWith(ByteBuffer early) {
    inFlight = loop.conduits().leaseFilled(early);
  }

  /** Moves what can be moved now, up to the turn's budget. */
  Outcome advance() {
    turnBytes = 0;
    int budget = loop.options().turnBytes();
    Outcome outcome;
    do {
      outcome = inFlight != null ? pump(inFlight) : drain();
    } while (outcome == Outcome.MORE && turnBytes < budget);
    return outcome;
  }

  private Outcome pump(Conduit conduit) {
    if (!sink.writable()) {
      return Outcome.BLOCKED;
    }
    int moved = conduit.pump(loop.kernel(), sink.socket());
    if (transfers != null) {
      transfers.transferred(direction, Operation.WRITE, conduit.path(), moved);
    }
    if (moved < 0) {
      return pumpFailed(conduit, -moved);
    }
    turnBytes += moved;
    deliveredBytes += moved;
    movedNanos = loop.now();
    loop.totals().relayed(direction, conduit.path(), moved);
    if (conduit.pending() == 0) {
      release();
    }
    return Outcome.MORE;
  }

  private Outcome pumpFailed(Conduit conduit, int errno) {
    if (errno == Errno.EAGAIN) {
      sink.full();
      return Outcome.BLOCKED;
    }
    if (errno == Errno.EINTR) {
      return Outcome.MORE;
    }
    if (conduit instanceof Pipe pipe && Errno.isRefusal(errno)) {
      refuseSplice();
      int pending = pipe.pending();
      CopyBuffer buffer = loop.conduits().swap(pipe);
      inFlight = buffer;
      if (buffer.pending() == pending) {
        return Outcome.MORE;
      }
    }
    failure = errno;
    return Outcome.SINK_FAILED;
  }

  private Outcome drain() {
    if (sourceEnded) {
      return end();
    }
    if (!source.readable() || paused) {
      return Outcome.WAITING;
    }
    Conduit conduit = lease();
    int moved = conduit.drain(loop.kernel(), source.socket());
    if (transfers != null) {
      transfers.transferred(direction, Operation.READ, conduit.path(), moved);
    }
    if (moved > 0) {
      inFlight = conduit;
      movedNanos = loop.now();
      adapt(conduit, moved);
      return Outcome.MORE;
    }
    loop.conduits().giveBack(conduit);
    if (moved < 0) {
      return drainFailed(conduit, -moved);
    }
    if (conduit.path() == RelayPath.SPLICE && !endDoubted) {
      endDoubted = true;
      return Outcome.MORE;
    }
    sourceEnded = true;
    return end();
  }

  private Outcome drainFailed(Conduit conduit, int errno) {
    boolean copying = conduit.path() == RelayPath.COPY;
    if (errno == Errno.EAGAIN) {
      source.exhausted(copying);
      return Outcome.WAITING;
    }
    if (errno == Errno.EINTR) {
      return Outcome.MORE;
    }
    if (!copying && Errno.isRefusal(errno)) {
      refuseSplice();
      return Outcome.MORE;
    }
    failure = errno;
    sourceEnded = true;
    return Outcome.SOURCE_FAILED;
  }

  private Outcome end() {
    if (!sinkShut) {
      sinkShut = true;
      movedNanos = loop.now();
      if (!endWithheld) {
        // Fails only when the sink is gone, which its own event or the other direction reports.
        loop.kernel().shutdownWrite(sink.socket());
      }
    }
    return Outcome.ENDED;
  }

  private Conduit lease() {
    if (wantsSplice()) {
      Pipe pipe = loop.conduits().leasePipe();
      if (pipe != null) {
        fallback = null;
        return pipe;
      }
      fallBack(
          loop.conduits().pipesRefused() ? SpliceFallback.PIPE_REFUSED : SpliceFallback.PIPE_LIMIT);
    }
    return loop.conduits().leaseBuffer();
  }

  private boolean wantsSplice() {
    boolean wanted =
        switch (loop.mode()) {
          case AUTO -> streaming;
          case SPLICE -> true;
          case COPY -> false;
        };
    if (wanted && source.urgent()) {
      fallBack(SpliceFallback.URGENT_DATA);
    }
    return wanted && !source.urgent() && !spliceRefused && !endDoubted;
  }

  private void refuseSplice() {
    spliceRefused = true;
    fallBack(SpliceFallback.SPLICE_REFUSED);
  }

  /** Counts a change of the reason, not every read. */
  private void fallBack(SpliceFallback reason) {
    if (fallback != reason) {
      fallback = reason;
      loop.totals().fellBack(reason);
    }
  }

  /** Learns from the size of a read whether this direction streams. */
  private void adapt(Conduit conduit, int moved) {
    path = conduit.path();
    switch (path) {
      case COPY -> {
        if (moved < conduit.capacity()) {
          source.shortRead();
        }
        streak = moved >= conduit.capacity() / LARGE_READ_DIVISOR ? streak + 1 : 0;
        streaming = streak >= STREAM_AFTER;
      }
      case SPLICE -> {
        streak = moved < SMALL_SPLICE ? streak + 1 : 0;
        streaming = streak < STREAM_UNTIL;
        if (!streaming && loop.mode() == RelayMode.AUTO) {
          loop.totals().fellBack(SpliceFallback.SMALL_READS);
        }
      }
    }
    if (streaming == (path == RelayPath.COPY)) {
      streak = 0;
    }
  }

  private void release() {
    if (inFlight != null) {
      loop.conduits().giveBack(inFlight);
      inFlight = null;
    }
  }

  /** The source's socket is closed: only what is in flight is still to be delivered. */
  void sourceLost() {
    sourceEnded = true;
  }

  /** Gives up what is in flight and moves nothing any more. */
  void abandon() {
    release();
    sourceEnded = true;
    sinkShut = true;
  }

  /**
   * The end of the source is no clean one: deliver what it sent, but do not pass an end of stream
   * on.
   */
  void withholdEnd() {
    endWithheld = true;
  }

  void pause(boolean wanted) {
    paused = wanted;
  }

  @Override
  public boolean paused() {
    return paused;
  }

  @Override
  public boolean holdsBytes() {
    return inFlight != null;
  }

  @Override
  public boolean ended() {
    return sinkShut;
  }

  /** The errno of the last failure. */
  int failure() {
    return failure;
  }

  @Override
  public RelayPath path() {
    return path;
  }

  Direction direction() {
    return direction;
  }

  Endpoint source() {
    return source;
  }

  Endpoint sink() {
    return sink;
  }

  @Override
  public long deliveredBytes() {
    return deliveredBytes;
  }

  @Override
  public long movedNanos() {
    return movedNanos;
  }
}
