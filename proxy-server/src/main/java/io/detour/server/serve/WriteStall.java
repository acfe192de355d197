package io.detour.server.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/**
 * Finds out that a peer takes none of the bytes that wait for it. For a {@link Sweep}; on the
 * connection's event loop.
 */
final class WriteStall {
  private final Channel channel;
  private final Sweep.Patience patience;

  /** What the peer had taken at the last visit. */
  private long takenBytes;

  /**
   * @param timeout how long the peer may take nothing
   */
  WriteStall(Channel channel, Duration timeout) {
    this.channel = channel;
    this.patience = new Sweep.Patience(timeout);
  }

  /**
   * Whether the peer has taken nothing for too long, although there was something.
   *
   * @param writtenBytes since this was made, or always 0 if no more is written
   */
  boolean isOver(long writtenBytes, long nanoTime) {
    long waiting = waitingBytes();
    long taken = writtenBytes - waiting;
    if (waiting == 0 || taken != takenBytes) {
      patience.renew();
    }
    takenBytes = taken;
    return patience.isOver(nanoTime);
  }

  /** Bytes that wait for the peer, and what it costs to keep them. */
  long waitingBytes() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes() - waiting.currentProgress();
  }
}
