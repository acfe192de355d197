package io.detour.core.relay;

import java.time.Duration;

/**
 * How relays behave. All values have the same effect on every tunnel of an engine.
 *
 * @param mode which path the bytes may take
 * @param pipeBytes size of a pipe to ask the kernel for, 64 KiB to 1 MiB
 * @param pipes the most pipes that may be open at once, or {@link #AUTOMATIC}
 * @param idle a tunnel on which no byte moves either way for this long is closed
 * @param halfClose the same once one direction has ended
 * @param writeStall a side that takes none of the bytes waiting for it for this long is reset, and
 *     the other side with it
 */
public record RelayOptions(
    RelayMode mode,
    int pipeBytes,
    int pipes,
    Duration idle,
    Duration halfClose,
    Duration writeStall) {

  /** As many pipes as this process may have without disturbing others. */
  public static final int AUTOMATIC = -1;

  private static final int SMALLEST_PIPE = 64 * 1024;
  private static final int LARGEST_PIPE = 1024 * 1024;

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public RelayOptions {
    if (pipeBytes < SMALLEST_PIPE || pipeBytes > LARGEST_PIPE) {
      throw new IllegalArgumentException(
          "pipeBytes: " + pipeBytes + " (expected: " + SMALLEST_PIPE + ".." + LARGEST_PIPE + ")");
    }
    if (pipes < AUTOMATIC) {
      throw new IllegalArgumentException("pipes: " + pipes + " (expected: -1 or more)");
    }
    requirePositive("idle", idle);
    requirePositive("halfClose", halfClose);
    requirePositive("writeStall", writeStall);
  }

  private static void requirePositive(String name, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": " + duration + " (expected: more than zero)");
    }
  }

  /** Automatic path, pipes of 512 KiB, idle 1 h, half-close 60 s, write stall 2 min. */
  public static RelayOptions defaults() {
    return new RelayOptions(
        RelayMode.AUTO,
        512 * 1024,
        AUTOMATIC,
        Duration.ofHours(1),
        Duration.ofSeconds(60),
        Duration.ofMinutes(2));
  }

  /** The same with another mode. */
  public RelayOptions withMode(RelayMode other) {
    return new RelayOptions(other, pipeBytes, pipes, idle, halfClose, writeStall);
  }

  /** The same with other timeouts. */
  public RelayOptions withTimeouts(Duration idle, Duration halfClose, Duration writeStall) {
    return new RelayOptions(mode, pipeBytes, pipes, idle, halfClose, writeStall);
  }
}
