package io.detour.core.relay;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.relay.TransferListener.Operation;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one direction of a {@link PortableRelay}: how much is in flight, and whether it
 * has ended. The bytes themselves are in Netty's buffers.
 */
final class PortableFlow implements Transit {
  private final RelayLoop loop;
  private final Direction direction;
  private final PortableEndpoint source;
  private final PortableEndpoint sink;
  private final @Nullable TransferListener transfers;

  /** Bytes handed to the sink that it has not taken yet. */
  private long inFlightBytes;

  /** What a read brought that was asked for before a pause; written when the pause ends. */
  private final Queue<ByteBuf> kept = new ArrayDeque<>(0);

  /** What {@link PortableEndpoint#unwrittenBytes} of the sink was when last looked at. */
  private long unwrittenBytes;

  private boolean sourceEnded;

  /** The source has ended by itself, and not because it was lost. */
  private boolean endedCleanly;

  private boolean sinkShut;
  private boolean paused;
  private long deliveredBytes;
  private long movedNanos;

  /**
   * @param transfers told each read and write, or null
   */
  PortableFlow(
      RelayLoop loop,
      Direction direction,
      PortableEndpoint source,
      PortableEndpoint sink,
      @Nullable TransferListener transfers) {
    this.loop = loop;
    this.direction = direction;
    this.source = source;
    this.sink = sink;
    this.transfers = transfers;
    this.movedNanos = loop.now();
  }

  /** The source has given bytes. */
  void taken(int bytes) {
    inFlightBytes += bytes;
    movedNanos = loop.now();
    report(Operation.READ, bytes);
  }

  /** The sink has taken bytes. */
  void delivered(int bytes) {
    inFlightBytes -= bytes;
    deliveredBytes += bytes;
    movedNanos = loop.now();
    loop.totals().relayed(direction, RelayPath.COPY, bytes);
    report(Operation.WRITE, bytes);
  }

  /** The source has ended its direction. */
  void sourceEnds() {
    if (!sourceEnded) {
      sourceEnded = true;
      endedCleanly = true;
      report(Operation.READ, 0);
    }
  }

  /** The source is lost: only what is in flight is still to be delivered. */
  void sourceLost() {
    sourceEnded = true;
  }

  private void report(Operation operation, int result) {
    if (transfers != null) {
      transfers.transferred(direction, operation, RelayPath.COPY, result);
    }
  }

  /** Passes the end of stream on. */
  void end() {
    sinkShut = true;
    movedNanos = loop.now();
    sink.endOutput();
  }

  void keep(ByteBuf bytes) {
    kept.add(bytes);
  }

  /** What was kept, oldest first; null when there is no more. */
  @Nullable ByteBuf takeKept() {
    return kept.poll();
  }

  /** Notices that the sink has taken a part of a buffer. */
  void noteProgress() {
    long unwritten = sink.unwrittenBytes();
    if (unwritten != unwrittenBytes) {
      unwrittenBytes = unwritten;
      movedNanos = loop.now();
    }
  }

  /** Gives up what is in flight and moves nothing any more. */
  void abandon() {
    kept.forEach(ByteBuf::release);
    kept.clear();
    inFlightBytes = 0;
    sourceEnded = true;
    sinkShut = true;
  }

  /** No pause counts as silence. */
  void pause(boolean wanted) {
    if (paused) {
      movedNanos = loop.now();
    }
    paused = wanted;
  }

  boolean sourceEnded() {
    return sourceEnded;
  }

  /** Whether there is an end of stream that is not passed on yet. */
  boolean owesEnd() {
    return endedCleanly && !sinkShut;
  }

  Direction direction() {
    return direction;
  }

  PortableEndpoint source() {
    return source;
  }

  PortableEndpoint sink() {
    return sink;
  }

  @Override
  public boolean holdsBytes() {
    return inFlightBytes > 0;
  }

  @Override
  public boolean ended() {
    return sinkShut;
  }

  @Override
  public boolean paused() {
    return paused;
  }

  @Override
  public RelayPath path() {
    return RelayPath.COPY;
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
