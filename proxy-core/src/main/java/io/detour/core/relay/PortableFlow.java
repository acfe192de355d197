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
final class PortableFlow extends Transit {
  final PortableEndpoint source;
  final PortableEndpoint sink;

  /** Bytes handed to the sink that it has not taken yet. */
  private long inFlightBytes;

  /** What a read brought that was asked for before a pause; written when the pause ends. */
  private final Queue<ByteBuf> kept = new ArrayDeque<>(0);

  /** What {@link PortableEndpoint#unwrittenBytes} of the sink was when last looked at. */
  private long unwrittenBytes;

  /** The source has ended by itself, and not because it was lost. */
  private boolean endedCleanly;

  PortableFlow(
      RelayLoop loop,
      Direction direction,
      PortableEndpoint source,
      PortableEndpoint sink,
      @Nullable TransferListener transfers) {
    super(loop, direction, transfers);
    this.source = source;
    this.sink = sink;
  }

  /** The source has given bytes. */
  void taken(int bytes) {
    inFlightBytes += bytes;
    moved();
    report(Operation.READ, RelayPath.COPY, bytes);
  }

  /** The sink has taken bytes. */
  void delivered(int bytes) {
    inFlightBytes -= bytes;
    delivered(RelayPath.COPY, bytes);
    report(Operation.WRITE, RelayPath.COPY, bytes);
  }

  /** The source has ended its direction. */
  void sourceEnds() {
    if (!sourceEnded) {
      sourceEnded = true;
      endedCleanly = true;
      report(Operation.READ, RelayPath.COPY, 0);
    }
  }

  /** Passes the end of stream on. */
  void end() {
    sinkShut = true;
    moved();
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
      moved();
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

  /** Whether there is an end of stream that is not passed on yet. */
  boolean owesEnd() {
    return endedCleanly && !sinkShut;
  }

  @Override
  boolean holdsBytes() {
    return inFlightBytes > 0;
  }

  @Override
  RelayPath path() {
    return RelayPath.COPY;
  }
}
