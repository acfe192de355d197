package io.detour.core.relay;

import java.time.Duration;

/**
 * How relays behave. All values have the same effect on every tunnel of an engine. Immutable; begin
 * with {@link #defaults}.
 *
 * @param mode which path the bytes may take
 * @param pipeBytes size of a pipe to ask the kernel for, 64 KiB to 1 MiB: the most that one splice
 *     moves
 * @param pipes the most pipes that may be open at once, or {@link #AUTOMATIC}
 * @param bufferBytes size of a copy buffer, 4 KiB to 1 MiB: the most that one copying read takes;
 *     or {@link #AUTOMATIC}
 * @param turnBytes how much one direction moves, 16 KiB to 64 MiB, before the other tunnels of its
 *     event loop get their turn
 * @param idle a tunnel on which no byte moves either way for this long is closed; 1 ms to {@link
 *     #MAX_TIMEOUT}
 * @param halfClose the same once one direction has ended
 * @param writeStall a side that takes none of the bytes waiting for it for this long is reset, and
 *     the other side with it
 * @param keepAlive a TCP peer of which nothing comes for this long is probed by the kernel, to find
 *     out whether it is still there; 1 s to {@link #MAX_KEEP_ALIVE}
 */
public record RelayOptions(
    RelayMode mode,
    int pipeBytes,
    int pipes,
    int bufferBytes,
    int turnBytes,
    Duration idle,
    Duration halfClose,
    Duration writeStall,
    Duration keepAlive) {

  /** Pipes: what disturbs no other process. Buffers: 64 KiB, or 256 KiB with mode COPY. */
  public static final int AUTOMATIC = -1;

  /** The longest of the timeouts but keepAlive. */
  public static final Duration MAX_TIMEOUT = Duration.ofDays(365);

  /** {@code tcp(7)}: the most that TCP_KEEPIDLE takes. */
  public static final Duration MAX_KEEP_ALIVE = Duration.ofSeconds(32_767);

  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final int KIBIBYTE = 1024;
  private static final int MEBIBYTE = 1024 * KIBIBYTE;

  /**
   * @throws IllegalArgumentException if a value is out of range; the message names it
   */
  public RelayOptions {
    requireWithin("pipeBytes", pipeBytes, 64 * KIBIBYTE, MEBIBYTE);
    requireWithin("pipes", pipes, AUTOMATIC, Integer.MAX_VALUE);
    if (bufferBytes != AUTOMATIC) {
      requireWithin("bufferBytes", bufferBytes, 4 * KIBIBYTE, MEBIBYTE);
    }
    requireWithin("turnBytes", turnBytes, 16 * KIBIBYTE, 64 * MEBIBYTE);
    requireWithin("idle", idle, MIN_TIMEOUT, MAX_TIMEOUT);
    requireWithin("halfClose", halfClose, MIN_TIMEOUT, MAX_TIMEOUT);
    requireWithin("writeStall", writeStall, MIN_TIMEOUT, MAX_TIMEOUT);
    requireWithin("keepAlive", keepAlive, Duration.ofSeconds(1), MAX_KEEP_ALIVE);
  }

  private static <T extends Comparable<T>> void requireWithin(
      String name, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }

  /**
   * Automatic path, pipes of 512 KiB, turns of 1 MiB, idle 1 h, half-close 60 s, write stall 2 min,
   * keep-alive 60 s.
   */
  public static RelayOptions defaults() {
    return new RelayOptions(
        RelayMode.AUTO,
        512 * KIBIBYTE,
        AUTOMATIC,
        AUTOMATIC,
        MEBIBYTE,
        Duration.ofHours(1),
        Duration.ofSeconds(60),
        Duration.ofMinutes(2),
        Duration.ofSeconds(60));
  }

  /** The size of a copy buffer in bytes, settled. */
  int copyBufferBytes() {
    if (bufferBytes != AUTOMATIC) {
      return bufferBytes;
    }
    // Fewer system calls for a stream.
    return mode == RelayMode.COPY ? 256 * KIBIBYTE : 64 * KIBIBYTE;
  }

  /** The same with another mode. */
  public RelayOptions withMode(RelayMode other) {
    return new RelayOptions(
        other, pipeBytes, pipes, bufferBytes, turnBytes, idle, halfClose, writeStall, keepAlive);
  }

  /** The same with another limit for pipes. */
  public RelayOptions withPipes(int most) {
    return new RelayOptions(
        mode, pipeBytes, most, bufferBytes, turnBytes, idle, halfClose, writeStall, keepAlive);
  }

  /** The same with other chunks: what one splice and one copying read may move. */
  public RelayOptions withChunks(int pipe, int buffer) {
    return new RelayOptions(
        mode, pipe, pipes, buffer, turnBytes, idle, halfClose, writeStall, keepAlive);
  }

  /** The same with another budget of a turn. */
  public RelayOptions withTurn(int bytes) {
    return new RelayOptions(
        mode, pipeBytes, pipes, bufferBytes, bytes, idle, halfClose, writeStall, keepAlive);
  }

  /** The same with other timeouts. */
  public RelayOptions withTimeouts(Duration idle, Duration halfClose, Duration writeStall) {
    return new RelayOptions(
        mode, pipeBytes, pipes, bufferBytes, turnBytes, idle, halfClose, writeStall, keepAlive);
  }

  /** The same with another time until a silent peer is probed. */
  public RelayOptions withKeepAlive(Duration other) {
    return new RelayOptions(
        mode, pipeBytes, pipes, bufferBytes, turnBytes, idle, halfClose, writeStall, other);
  }
}
