package io.detour.core.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;

/**
 * One direction of a tunnel as its peers see it: bytes that no other tunnel has, checked when they
 * arrive. Makes the channels non-blocking.
 */
final class CanaryStream {
  /** A prime, so that no power of two bytes can be lost or come twice unseen. */
  private static final int PERIOD_BYTES = 4099;

  private static final int CHUNK_BYTES = 16 * 1024;

  private final long tunnel;
  private final SocketChannel from;
  private final SocketChannel to;
  private final byte[] canary = new byte[PERIOD_BYTES + CHUNK_BYTES];
  private long sentBytes;
  private long receivedBytes;
  private boolean ended;

  /**
   * @param tunnel its number, from which its bytes are made
   * @param sender the side whose bytes these are
   */
  CanaryStream(long tunnel, Tunnels.Peers peers, Side sender) throws IOException {
    this.tunnel = tunnel;
    this.from = peers.on(sender);
    this.to = peers.opposite(sender);
    from.configureBlocking(false);
    to.configureBlocking(false);
    byte[] period = new byte[PERIOD_BYTES];
    new Random(sender == Side.CLIENT ? tunnel : ~tunnel).nextBytes(period);
    for (int i = 0; i < canary.length; i += PERIOD_BYTES) {
      System.arraycopy(period, 0, canary, i, Math.min(PERIOD_BYTES, canary.length - i));
    }
  }

  /** Sends until that many bytes are sent in all or no more fit; how many went now. */
  long sendUpTo(long bytes) throws IOException {
    long before = sentBytes;
    int moved = 1;
    while (moved > 0 && sentBytes < bytes) {
      int length = (int) Math.min(CHUNK_BYTES, bytes - sentBytes);
      moved = from.write(ByteBuffer.wrap(canary, (int) (sentBytes % PERIOD_BYTES), length));
      sentBytes += moved;
    }
    return sentBytes - before;
  }

  /** Receives and checks until that many bytes have arrived in all or there are no more now. */
  void receiveUpTo(long bytes) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    int moved = 1;
    while (moved > 0 && receivedBytes < bytes) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, bytes - receivedBytes));
      moved = to.read(chunk);
      ended |= moved < 0;
      check(chunk.array(), Math.max(moved, 0));
    }
  }

  private void check(byte[] received, int length) {
    int start = (int) (receivedBytes % PERIOD_BYTES);
    if (!Arrays.equals(received, 0, length, canary, start, start + length)) {
      throw new AssertionError(
          "tunnel " + tunnel + " received bytes at " + receivedBytes + " that are not its own");
    }
    receivedBytes += length;
  }

  /** Sends FIN behind the bytes. */
  void end() throws IOException {
    from.shutdownOutput();
  }

  /** Whether FIN has arrived. */
  boolean ended() {
    return ended;
  }

  long sentBytes() {
    return sentBytes;
  }

  long receivedBytes() {
    return receivedBytes;
  }

  SocketChannel from() {
    return from;
  }

  SocketChannel to() {
    return to;
  }
}
