package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Readers that take nothing for a while, or never again: nothing is lost, grows or spins. */
@Timeout(180)
class RelayStallTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final long MEBIBYTE = 1 << 20;
  private static final int BUFFER_BYTES = 64 * 1024;

  static Stream<Arguments> pathsAndSides() {
    return Arrays.stream(RelayMode.values())
        .flatMap(mode -> Arrays.stream(Side.values()).map(side -> Arguments.of(mode, side)));
  }

  private static RelayOptions options(RelayMode mode, Duration idle, Duration writeStall) {
    return RelayOptions.defaults().withMode(mode).withTimeouts(idle, LONG, writeStall);
  }

  @ParameterizedTest(name = "T13 {0} from {1}")
  @MethodSource("pathsAndSides")
  @Execution(CONCURRENT)
  void theLoopSleepsWhileAReaderTakesNothing(RelayMode mode, Side sender) throws Exception {
    try (Tunnels tunnels = new Tunnels(options(mode, LONG, Duration.ofSeconds(2)), 0);
        Tunnels.Peers peers = tunnels.open()) {
      CanaryStream stream = new CanaryStream(1, peers, sender);
      fill(List.of(stream));
      Duration before = tunnels.server.loopTime();
      Duration stall = Duration.ofMillis(500);
      Awaitility.await()
          .pollInSameThread()
          .during(stall)
          .until(() -> stream.sendUpTo(1024 * MEBIBYTE) == 0);

      assertThat(tunnels.server.loopTime().minus(before)).isLessThan(stall.dividedBy(20));
      assertThat(tunnels.server.ended().reason()).isEqualTo(CloseReason.WRITE_STALL);
      assertReset(stream);
    }
  }

  @ParameterizedTest(name = "T13 {0} from {1}")
  @MethodSource("pathsAndSides")
  @Tag("campaign")
  void anOfferOfOneGibibyteCostsNoMemoryAndNoTime(RelayMode mode, Side sender) throws Exception {
    Duration stall = Duration.ofSeconds(8);
    try (Tunnels tunnels = new Tunnels(options(mode, LONG, stall.plusSeconds(2)), 0)) {
      for (int warm = 0; warm < 3; warm++) {
        try (Tunnels.Peers peers = tunnels.open()) {
          pass(new CanaryStream(warm, peers, sender), 64 * MEBIBYTE);
        }
      }
      try (Tunnels.Peers peers = tunnels.open()) {
        CanaryStream stream = new CanaryStream(4, peers, sender);
        long residentBefore = residentBytes();
        fill(List.of(stream));
        Duration before = tunnels.server.loopTime();
        Awaitility.await()
            .pollInSameThread()
            .during(stall)
            .until(() -> stream.sendUpTo(1024 * MEBIBYTE) == 0);

        assertThat(tunnels.server.loopTime().minus(before)).isLessThan(stall.dividedBy(20));
        assertThat(residentBytes() - residentBefore).isLessThan(8 * MEBIBYTE);
        Awaitility.await().until(() -> tunnels.server.openTunnels() == 0);
        assertReset(stream);
        assertThat(tunnels.server.statistics().closes(CloseReason.WRITE_STALL)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest(name = "T14 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void twoSidesThatBothStopReadingGoOnWhereTheyStopped(RelayMode mode) throws Exception {
    Duration idle = Duration.ofMillis(300);
    try (Tunnels tunnels = new Tunnels(options(mode, idle, LONG), BUFFER_BYTES);
        Tunnels.Peers peers = tunnels.open()) {
      CanaryStream up = new CanaryStream(1, peers, Side.CLIENT);
      CanaryStream down = new CanaryStream(1, peers, Side.UPSTREAM);
      fill(List.of(up, down));
      Awaitility.await()
          .during(idle.multipliedBy(3))
          .until(() -> tunnels.server.openTunnels() == 1);

      pass(down, down.sentBytes() + MEBIBYTE);
      pass(up, up.sentBytes() + MEBIBYTE);
      assertThat(tunnels.server.ended().reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
    }
  }

  @ParameterizedTest(name = "T14 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void twoSidesThatNeverReadAgainAreReset(RelayMode mode) throws Exception {
    RelayOptions options = options(mode, LONG, Duration.ofMillis(300));
    try (Tunnels tunnels = new Tunnels(options, BUFFER_BYTES);
        Tunnels.Peers peers = tunnels.open()) {
      CanaryStream up = new CanaryStream(1, peers, Side.CLIENT);
      CanaryStream down = new CanaryStream(1, peers, Side.UPSTREAM);
      fill(List.of(up, down));

      assertThat(tunnels.server.ended().reason()).isEqualTo(CloseReason.WRITE_STALL);
      assertReaderReset(up);
      assertReaderReset(down);
    }
  }

  /** Longer than any probing or retransmission that gives a peer up too early would take. */
  @ParameterizedTest(name = "T16 {0}")
  @EnumSource
  @Tag("campaign")
  void aReaderThatPausesForAMinuteLosesNothing(RelayMode mode) throws Exception {
    try (Tunnels tunnels = new Tunnels(RelayOptions.defaults().withMode(mode), 0);
        Tunnels.Peers first = tunnels.open();
        Tunnels.Peers second = tunnels.open()) {
      List<CanaryStream> streams =
          List.of(
              new CanaryStream(1, first, Side.CLIENT), new CanaryStream(2, second, Side.UPSTREAM));
      fill(streams);
      Duration pause = Duration.ofSeconds(60);
      Awaitility.await()
          .atMost(pause.plusSeconds(10))
          .during(pause)
          .until(() -> tunnels.server.openTunnels() == 2);

      for (CanaryStream stream : streams) {
        pass(stream, 1024 * MEBIBYTE);
        stream.end();
        Awaitility.await().pollInSameThread().until(() -> hasEnded(stream));
      }
    }
  }

  /** Sends until the relay is held up. */
  private static void fill(List<CanaryStream> streams) {
    Awaitility.await()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(5))
        .during(Duration.ofMillis(50))
        .until(() -> sendMore(streams) == 0);
  }

  private static long sendMore(List<CanaryStream> streams) throws IOException {
    long sent = 0;
    for (CanaryStream stream : streams) {
      sent += stream.sendUpTo(1024 * MEBIBYTE);
    }
    return sent;
  }

  /** Sends and receives until that many bytes have arrived in all. */
  private static void pass(CanaryStream stream, long bytes) {
    Awaitility.await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofNanos(1))
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              stream.sendUpTo(bytes);
              stream.receiveUpTo(bytes);
              return stream.receivedBytes() == bytes;
            });
  }

  private static boolean hasEnded(CanaryStream stream) throws IOException {
    stream.receiveUpTo(Long.MAX_VALUE);
    return stream.ended();
  }

  private static void assertReset(CanaryStream stream) {
    assertThatThrownBy(() -> stream.from().write(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class);
    assertReaderReset(stream);
  }

  /** The reader learns it behind the bytes that had reached it. */
  private static void assertReaderReset(CanaryStream stream) {
    assertThatThrownBy(() -> stream.receiveUpTo(Long.MAX_VALUE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
    assertThat(stream.ended()).isFalse();
  }

  /** Memory of this process that is in use, from {@code /proc/self/statm} in pages of 4 KiB. */
  private static long residentBytes() throws IOException {
    return 4096 * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1]);
  }
}
