package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;

/**
 * Opens many tunnels, sends into each until its reader, which takes nothing, holds the relay up,
 * and then lets all readers take everything. Fails unless every tunnel lives and every byte
 * arrives.
 *
 * <p>Arguments: the mode and how many tunnels. Prints a line for people about what was in use.
 */
final class StuckTunnels {
  private static final int BUFFER_BYTES = 32 * 1024;

  /** Enough for a direction to stream, so that automatic mode wants pipes too. */
  private static final long TAKEN_BYTES = 512 * 1024;

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private StuckTunnels() {}

  static void main(String[] arguments) throws Exception {
    RelayMode mode = RelayMode.valueOf(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    try (Tunnels tunnels = new Tunnels(RelayOptions.defaults().withMode(mode), BUFFER_BYTES)) {
      List<CanaryStream> streams = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        streams.add(streaming(tunnels, number));
      }
      Awaitility.await()
          .pollInSameThread()
          .pollInterval(Duration.ofMillis(10))
          .atMost(DEADLINE)
          .during(Duration.ofMillis(100))
          .until(() -> sendMore(streams) == 0);
      describe(count, tunnels.server.statistics());
      assertThat(tunnels.server.openTunnels()).isEqualTo(count);

      Awaitility.await()
          .pollInSameThread()
          .pollInterval(Duration.ofMillis(1))
          .atMost(DEADLINE)
          .until(() -> receiveAll(streams));
      assertThat(tunnels.server.openTunnels()).isEqualTo(count);
      assertThat(tunnels.server.statistics().leasedPipes()).isZero();
    }
    System.out.println("every byte has arrived");
  }

  private static CanaryStream streaming(Tunnels tunnels, long number) throws IOException {
    Side sender = number % 2 == 0 ? Side.CLIENT : Side.UPSTREAM;
    CanaryStream stream = new CanaryStream(number, tunnels.open(), sender);
    while (stream.receivedBytes() < TAKEN_BYTES) {
      stream.sendUpTo(Long.MAX_VALUE);
      stream.receiveUpTo(TAKEN_BYTES);
    }
    return stream;
  }

  private static long sendMore(List<CanaryStream> streams) throws IOException {
    long sent = 0;
    for (CanaryStream stream : streams) {
      sent += stream.sendUpTo(Long.MAX_VALUE);
    }
    return sent;
  }

  private static boolean receiveAll(List<CanaryStream> streams) throws IOException {
    boolean all = true;
    for (CanaryStream stream : streams) {
      stream.receiveUpTo(stream.sentBytes());
      all &= stream.receivedBytes() == stream.sentBytes();
    }
    return all;
  }

  private static void describe(int count, RelayStatistics statistics) throws IOException {
    long spliced = 0;
    long copied = 0;
    for (Direction direction : Direction.values()) {
      spliced += statistics.relayedBytes(direction, RelayPath.SPLICE);
      copied += statistics.relayedBytes(direction, RelayPath.COPY);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d tunnels stuck, %d pipes of %d, %d bytes spliced, %d copied%n",
        user(),
        count,
        statistics.leasedPipes(),
        statistics.pipesLimit(),
        spliced,
        copied);
    assertThat(statistics.leasedPipes() + statistics.pooledPipes())
        .as("open pipes")
        .isPositive()
        .isLessThanOrEqualTo(statistics.pipesLimit());
    assertThat(statistics.spliceFallbacks(SpliceFallback.PIPE_LIMIT)).isPositive();
    assertThat(copied).as("copied bytes").isPositive();
    assertThat(spliced).as("spliced bytes").isPositive();
  }

  /** The user's number and the capabilities, as the kernel has them. */
  private static String user() throws IOException {
    return String.join(
        " ",
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Uid:") || line.startsWith("CapEff:"))
            .map(line -> line.split("\\s+", 3))
            .map(words -> words[0] + words[1])
            .toList());
  }
}
