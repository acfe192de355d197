package io.detour.core.relay;

import io.detour.core.sys.Errno;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One socket of the relay and the peer at its other end, as Linux shows them to the relay. What the
 * peer sends arrives at once, in segments; what the relay sends waits until the peer reads it, and
 * only then counts as acknowledged. A reset by the relay destroys what waits.
 */
final class SimulatedSocket {
  private static final int IN = 0x1;
  private static final int OUT = 0x4;
  private static final int ERR = 0x8;
  private static final int HUP = 0x10;
  private static final int RDHUP = 0x2000;

  private final int receiveBuffer;
  private final int sendBuffer;

  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  private int arrivedBytes;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;

  private boolean peerFin;
  private boolean peerReset;
  private boolean finWaiting;
  private boolean writeShut;
  private boolean resetOnClose;
  private boolean closed;

  /** A write found no room: the next room is an event. */
  private boolean noSpace;

  /** The pending error of the socket, as a positive errno. */
  private int error;

  /** Something has happened since the last event was delivered. */
  private boolean edge;

  /** What the peer sent, and what it received. */
  final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  boolean sawFin;
  boolean sawReset;
  boolean resetByRelay;

  SimulatedSocket(int receiveBuffer, int sendBuffer) {
    this.receiveBuffer = receiveBuffer;
    this.sendBuffer = sendBuffer;
  }

  // What the peer does.

  boolean peerMaySend() {
    return !peerFin && !peerReset && !sawReset && !closed;
  }

  /** The peer sends a segment, as far as there is room for it. */
  void peerSends(byte[] segment) {
    if (peerMaySend() && arrivedBytes + segment.length <= receiveBuffer) {
      arrived.add(segment);
      arrivedBytes += segment.length;
      sent.writeBytes(segment);
      edge = true;
    }
  }

  void peerEnds() {
    if (peerMaySend()) {
      peerFin = true;
      edge = true;
    }
  }

  void peerResets() {
    if (!peerReset && !sawReset && !closed) {
      peerReset = true;
      error = peerFin ? Errno.EPIPE : Errno.ECONNRESET;
      waiting.clear();
      waitingBytes = 0;
      finWaiting = false;
      edge = true;
    }
  }

  /** The peer reads up to so many bytes, then the end of stream, then the reset. */
  void peerReads(int bytes) {
    int left = bytes;
    while (left > 0 && !waiting.isEmpty()) {
      byte[] first = waiting.poll();
      int taken = Math.min(left, first.length);
      received.write(first, 0, taken);
      if (taken < first.length) {
        waiting.addFirst(Arrays.copyOfRange(first, taken, first.length));
      }
      left -= taken;
      waitingBytes -= taken;
    }
    if (waiting.isEmpty()) {
      sawFin |= finWaiting && !peerReset;
      finWaiting = false;
      sawReset |= resetByRelay;
    }
    if (noSpace && waitingBytes < sendBuffer) {
      noSpace = false;
      edge = true;
    }
  }

  boolean peerWasReset() {
    return peerReset;
  }

  boolean peerHasEnded() {
    return peerFin;
  }

  // What the relay calls.

  /** Takes the next segment or a part of it; null when there is none. */
  byte @Nullable [] take(int most) {
    byte[] first = arrived.poll();
    if (first == null) {
      return null;
    }
    int taken = Math.min(most, first.length);
    if (taken < first.length) {
      arrived.addFirst(Arrays.copyOfRange(first, taken, first.length));
    }
    arrivedBytes -= taken;
    return Arrays.copyOf(first, taken);
  }

  /** What a read says when nothing has arrived: tcp(7) gives a pending error only without a FIN. */
  int nothingArrived() {
    if (peerFin) {
      return 0;
    }
    if (error != 0) {
      int taken = error;
      error = 0;
      return -taken;
    }
    return peerReset ? 0 : -Errno.EAGAIN;
  }

  /** How many bytes may be written now, or {@code -errno}. */
  int room() {
    if (peerReset || writeShut) {
      int taken = error == 0 ? Errno.EPIPE : error;
      error = 0;
      return -taken;
    }
    if (waitingBytes >= sendBuffer) {
      noSpace = true;
      return -Errno.EAGAIN;
    }
    return sendBuffer - waitingBytes;
  }

  void put(byte[] bytes) {
    waiting.add(bytes);
    waitingBytes += bytes.length;
    noSpace |= waitingBytes >= sendBuffer;
  }

  int shutdownWrite() {
    if (peerReset) {
      return -107;
    }
    writeShut = true;
    finWaiting = true;
    return 0;
  }

  int resetOnClose() {
    resetOnClose = true;
    return 0;
  }

  int takeError() {
    int taken = error;
    error = 0;
    return -taken;
  }

  int unacknowledged() {
    return waitingBytes + (finWaiting ? 1 : 0);
  }

  void close() {
    if (closed) {
      throw new AssertionError("closed twice");
    }
    closed = true;
    if (resetOnClose || arrivedBytes > 0) {
      waiting.clear();
      waitingBytes = 0;
      finWaiting = false;
      resetByRelay = true;
    } else if (!writeShut) {
      writeShut = true;
      finWaiting = !peerReset;
    }
  }

  boolean isClosed() {
    return closed;
  }

  boolean takeEdge() {
    boolean was = edge;
    edge = false;
    return was;
  }

  void spuriousEdge() {
    edge = true;
  }

  /** What poll says. */
  int ready() {
    int bits = arrivedBytes > 0 || peerFin || peerReset ? IN : 0;
    bits |= waitingBytes < sendBuffer || peerReset ? OUT : 0;
    bits |= peerFin || peerReset ? RDHUP : 0;
    bits |= error != 0 ? ERR : 0;
    return bits | (peerReset || (peerFin && writeShut) ? HUP : 0);
  }
}
