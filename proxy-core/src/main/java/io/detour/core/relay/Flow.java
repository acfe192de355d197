package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.conduit.Conduit;
import io.detour.core.conduit.CopyBuffer;
import io.detour.core.conduit.Pipe;
import io.detour.core.relay.TransferListener.Operation;
import io.detour.core.sys.Errno;
import io.detour.core.tcp.EpollSocket;
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
final class Flow extends Transit {
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

  final EpollSocket source;
  final EpollSocket sink;
  private final SplicePolicy choice;

  private @Nullable Conduit inFlight;
  private boolean endWithheld;
  private int failure;

  /**
   * A splice has said that the stream has ended. It says so too when an end of stream lies behind
   * an urgent byte, with bytes between them that only {@code recv} gets: so a {@code recv} has the
   * last word.
   */
  private boolean endDoubted;

  private int turnBytes;

  Flow(
      RelayLoop loop,
      Direction direction,
      EpollSocket source,
      EpollSocket sink,
      @Nullable TransferListener transfers) {
    super(loop, direction, transfers);
    this.source = source;
    this.sink = sink;
    this.choice = new SplicePolicy(loop.mode(), loop.totals());
  }

  /** Puts bytes in front that arrived before the relay began. At most once, before any turn. */
  void startWith(ByteBuffer early) {
    inFlight = CopyBuffer.of(early);
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
    int moved = conduit.pump(loop.kernel(), sink.number());
    if (moved < 0) {
      report(Operation.WRITE, conduit.path(), moved);
      return pumpFailed(conduit, -moved);
    }
    turnBytes += moved;
    delivered(conduit.path(), moved);
    if (conduit.pending() == 0) {
      release();
    }
    report(Operation.WRITE, conduit.path(), moved);
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
      choice.refuse();
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
    if (!source.readable() || paused()) {
      return Outcome.WAITING;
    }
    Conduit conduit = choice.lease(loop.conduits(), source);
    int moved = conduit.drain(loop.kernel(), source.number());
    if (moved > 0) {
      inFlight = conduit;
      moved();
      choice.moved(conduit, moved);
      if (conduit.path() == RelayPath.COPY && moved < conduit.capacity()) {
        source.shortRead();
      }
      report(Operation.READ, conduit.path(), moved);
      return Outcome.MORE;
    }
    loop.conduits().giveBack(conduit);
    report(Operation.READ, conduit.path(), moved);
    if (moved < 0) {
      return drainFailed(conduit, -moved);
    }
    if (conduit.path() == RelayPath.SPLICE && !endDoubted) {
      endDoubted = true;
      choice.copyTheRest();
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
      choice.refuse();
      return Outcome.MORE;
    }
    failure = errno;
    sourceEnded = true;
    return Outcome.SOURCE_FAILED;
  }

  private Outcome end() {
    if (!sinkShut) {
      sinkShut = true;
      moved();
      if (!endWithheld) {
        // Fails only when the sink is gone, which its own event or the other direction reports.
        loop.kernel().shutdownWrite(sink.number());
      }
    }
    return Outcome.ENDED;
  }

  private void release() {
    if (inFlight != null) {
      loop.conduits().giveBack(inFlight);
      inFlight = null;
    }
  }

  /** Gives up what is in flight and moves nothing any more. */
  void abandon() {
    release();
    sourceEnded = true;
    sinkShut = true;
  }

  /** The source did not end cleanly: deliver what it sent, but pass no end of stream on. */
  void withholdEnd() {
    endWithheld = true;
  }

  @Override
  boolean holdsBytes() {
    return inFlight != null;
  }

  /** The errno of the last failure. */
  int failure() {
    return failure;
  }

  @Override
  RelayPath path() {
    return choice.last();
  }
}
