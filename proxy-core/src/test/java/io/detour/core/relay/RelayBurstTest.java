package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Small messages, many of them, and changes between small and large: none waits for another. */
@Timeout(120)
class RelayBurstTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Senders and receivers block each other, so each has a thread. */
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  static Stream<Arguments> pathsAndSizes() {
    return Arrays.stream(RelayMode.values())
        .flatMap(mode -> IntStream.of(1, 100, 1448).mapToObj(size -> Arguments.of(mode, size)));
  }

  @ParameterizedTest(name = "S02 {0} {1} bytes")
  @MethodSource("pathsAndSizes")
  @Execution(CONCURRENT)
  void tenThousandSmallWritesEachWayArrive(RelayMode mode, int size) throws Exception {
    burst(mode, size, 10_000);
  }

  @ParameterizedTest(name = "S02 {0} {1} bytes")
  @MethodSource("pathsAndSizes")
  @Tag("campaign")
  void aHundredThousandSmallWritesEachWayArriveWithoutAPause(RelayMode mode, int size)
      throws Exception {
    assertThat(burst(mode, size, 100_000)).isLessThan(SECOND);
  }

  /** The longest pause between two reads on either side. */
  private static Duration burst(RelayMode mode, int size, int writes) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      byte[] up = random(size * writes, 1);
      byte[] down = random(size * writes, 2);
      var longestUp = read(tunnel.upstream, up);
      var longestDown = read(tunnel.client, down);
      var written =
          CompletableFuture.allOf(
              write(tunnel.client, up, size), write(tunnel.upstream, down, size));
      long pause = Math.max(longestUp.get(), longestDown.get());
      written.get();
      return Duration.ofNanos(pause);
    }
  }

  private static CompletableFuture<Void> write(Socket socket, byte[] bytes, int size) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            OutputStream out = socket.getOutputStream();
            for (int at = 0; at < bytes.length; at += size) {
              out.write(bytes, at, Math.min(size, bytes.length - at));
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        THREADS);
  }

  /** Reads and compares; the longest wait for a read in nanoseconds. */
  private static CompletableFuture<Long> read(Socket socket, byte[] expected) {
    return CompletableFuture.supplyAsync(
        () -> {
          byte[] received = new byte[expected.length];
          long longest = 0;
          try {
            InputStream in = socket.getInputStream();
            long last = System.nanoTime();
            for (int at = 0; at < received.length; ) {
              int moved = in.read(received, at, received.length - at);
              assertThat(moved).as("read at " + at).isPositive();
              at += moved;
              long now = System.nanoTime();
              longest = Math.max(longest, now - last);
              last = now;
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          assertThat(Arrays.equals(received, expected))
              .as("what arrives is what was sent")
              .isTrue();
          return longest;
        },
        THREADS);
  }

  /**
   * A chunk that the kernel holds back, because more was announced or an acknowledgement is
   * awaited, costs every round trip 40 or 200 ms: the median shows it on the busiest machine.
   */
  @ParameterizedTest(name = "S07 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void noRoundTripWaitsForATimerOfTheKernel(RelayMode mode) throws Exception {
    long[] nanos = roundTrips(mode, 200);

    assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofMillis(35));
  }

  @ParameterizedTest(name = "S07 {0}")
  @EnumSource
  @Tag("campaign")
  void roundTripsAreShort(RelayMode mode) throws Exception {
    long[] nanos = roundTrips(mode, 20_000);

    assertThat(Duration.ofNanos(nanos[nanos.length / 100 * 99])).isLessThan(Duration.ofMillis(5));
  }

  /** Round trips of 100 bytes in nanoseconds, the shortest first. */
  private static long[] roundTrips(RelayMode mode, int count) throws Exception {
    long[] nanos = new long[count];
    byte[] message = random(100, 3);
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      DataInputStream atClient = new DataInputStream(tunnel.client.getInputStream());
      DataInputStream atUpstream = new DataInputStream(tunnel.upstream.getInputStream());
      byte[] received = new byte[message.length];
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        tunnel.client.getOutputStream().write(message);
        atUpstream.readFully(received);
        tunnel.upstream.getOutputStream().write(received);
        atClient.readFully(received);
        nanos[i] = System.nanoTime() - start;
      }
      assertThat(received).isEqualTo(message);
    }
    Arrays.sort(nanos);
    return nanos;
  }

  @ParameterizedTest(name = "S09 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void earlyThenSmallThenBulkThenSmallArrivesUnchanged(RelayMode mode) throws Exception {
    byte[] early = random(1000, 4);
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode), early, 0)) {
      for (Side sender : Side.values()) {
        Socket from = sender == Side.CLIENT ? tunnel.client : tunnel.upstream;
        Socket to = sender == Side.CLIENT ? tunnel.upstream : tunnel.client;
        assertThat(to.getInputStream().readNBytes(early.length)).isEqualTo(early);
        for (int size : new int[] {1, 100, 50 << 20, 100, 100, 100, 100, 100, 1}) {
          byte[] bytes = random(size, size);
          var written = write(from, bytes, size);
          byte[] received = to.getInputStream().readNBytes(size);
          assertThat(Arrays.equals(received, bytes)).as("%d bytes unchanged", size).isTrue();
          written.get();
        }
      }
      assertPaths(mode, tunnel.statistics());
    }
  }

  private static void assertPaths(RelayMode mode, RelayStatistics statistics) {
    for (Direction direction : Direction.values()) {
      long copied = statistics.relayedBytes(direction, RelayPath.COPY);
      long spliced = statistics.relayedBytes(direction, RelayPath.SPLICE);
      switch (mode) {
        case AUTO -> {
          assertThat(copied).isPositive();
          assertThat(spliced).isPositive();
        }
        case SPLICE -> assertThat(copied).as("only what came early").isEqualTo(1000);
        case COPY -> assertThat(spliced).isZero();
      }
    }
    RelayPath last = mode == RelayMode.SPLICE ? RelayPath.SPLICE : RelayPath.COPY;
    assertThat(statistics.openTunnels(last)).isEqualTo(1);
  }

  @ParameterizedTest(name = "S01 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void behindAnUrgentByteBulkGoesOnAndThenTheLoopSleeps(RelayMode mode) throws Exception {
    try (Tunnels tunnels = new Tunnels(RelayOptions.defaults().withMode(mode), 0);
        Tunnels.Peers peers = tunnels.open()) {
      byte[] bulk = random(1 << 20, 5);
      for (Side sender : Side.values()) {
        Socket from = peers.on(sender).socket();
        Socket to = peers.opposite(sender).socket();
        for (int round = 0; round < 3; round++) {
          var written =
              write(from, bulk, 10_000)
                  .thenRun(() -> sendUrgent(from))
                  .thenCompose(sent -> write(from, bulk, 10_000));
          to.getInputStream().skipNBytes(2L * bulk.length);
          written.get();
        }
      }
      Duration before = tunnels.server.loopTime();
      Awaitility.await().during(SECOND).until(() -> tunnels.server.openTunnels() == 1);

      assertThat(tunnels.server.loopTime().minus(before)).isLessThan(SECOND.dividedBy(20));
    }
  }

  private static void sendUrgent(Socket socket) {
    try {
      socket.sendUrgentData('!');
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] random(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
