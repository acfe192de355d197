package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.CloseReason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tunnels that are aborted while their conduit holds bytes, each time followed by as many new ones:
 * no byte, no descriptor, no pipe and no count of the old ones is left.
 */
@Timeout(600)
class AbortedTunnelsTest {
  private static final int BATCH = 100;
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Enough for a direction to stream, so that automatic mode splices too. */
  private static final long TAKEN_BYTES = 512 * 1024;

  private static final long FRESH_BYTES = 20_000;

  @ParameterizedTest(name = "T11 T12 S06 L05 {0}")
  @EnumSource
  void nothingOfTwoThousandAbortedTunnelsIsLeft(RelayMode mode) throws Exception {
    abort(mode, 2_000);
  }

  @ParameterizedTest(name = "T11 T12 S06 L05 {0}")
  @EnumSource
  @Tag("campaign")
  void nothingOfManyAbortedTunnelsIsLeft(RelayMode mode) throws Exception {
    abort(mode, Integer.getInteger("detour.aborts", 20_000));
  }

  private static void abort(RelayMode mode, int tunnels) throws Exception {
    try (Tunnels all = new Tunnels(RelayOptions.defaults().withMode(mode), BUFFER_BYTES)) {
      pass(List.of(fresh(all, 0)));
      Awaitility.await().until(() -> all.server.openTunnels() == 0);
      Descriptors before = Descriptors.open();
      long opened = 1;
      for (int aborted = 0; aborted < tunnels; aborted += BATCH) {
        List<CanaryStream> stuck = stuck(all, opened);
        opened += BATCH;
        // A sender is held up before the event loop, which may wait for a processor, has come to
        // it.
        soon().untilAsserted(() -> assertPipesHoldBytes(mode, all.server.statistics()));
        abort(all, stuck);
        List<CanaryStream> fresh = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          fresh.add(fresh(all, opened++));
        }
        pass(fresh);
        soon().until(() -> all.server.openTunnels() == 0);
        assertThat(all.server.endedTunnels()).isEqualTo(opened);
        assertThat(all.server.closes()).isEqualTo(opened);
      }
      assertNothingIsLeft(all.server.statistics(), before);
    }
  }

  /** Asks often, since it waits for every batch. */
  private static ConditionFactory soon() {
    return Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(5));
  }

  /** A batch of tunnels in each of which one reader has stopped, and nothing moves any more. */
  private static List<CanaryStream> stuck(Tunnels all, long firstNumber) throws IOException {
    List<CanaryStream> streams = new ArrayList<>();
    for (long number = firstNumber; number < firstNumber + BATCH; number++) {
      Side sender = number % 2 == 0 ? Side.CLIENT : Side.UPSTREAM;
      CanaryStream stream = new CanaryStream(number, all.open(), sender);
      while (stream.receivedBytes() < TAKEN_BYTES) {
        stream.sendUpTo(Long.MAX_VALUE);
        stream.receiveUpTo(TAKEN_BYTES);
      }
      streams.add(stream);
    }
    Awaitility.await()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(5))
        .during(Duration.ofMillis(30))
        .until(() -> sendMore(streams) == 0);
    return streams;
  }

  private static long sendMore(List<CanaryStream> streams) throws IOException {
    long sent = 0;
    for (CanaryStream stream : streams) {
      sent += stream.sendUpTo(Long.MAX_VALUE);
    }
    return sent;
  }

  private static void assertPipesHoldBytes(RelayMode mode, RelayStatistics statistics) {
    switch (mode) {
      case SPLICE -> assertThat(statistics.leasedPipes()).isEqualTo(BATCH);
      case AUTO -> assertThat(statistics.leasedPipes()).isPositive();
      case COPY -> assertThat(statistics.leasedPipes()).isZero();
    }
    assertThat(statistics.leasedPipes() + statistics.pooledPipes())
        .isLessThanOrEqualTo(statistics.pipesLimit());
  }

  /** Every way for a tunnel to end early; the relay itself ends the last ones. */
  private static void abort(Tunnels all, List<CanaryStream> streams) throws IOException {
    for (int i = 0; i < streams.size(); i++) {
      CanaryStream stream = streams.get(i);
      switch (i % 5) {
        case 0 -> Tunnels.reset(stream.to());
        case 1 -> {
          Tunnels.reset(stream.from());
          Tunnels.reset(stream.to());
        }
        case 2 -> {
          // The reader has unread bytes, so that its close is a reset; the sender's is a FIN.
          stream.from().close();
          stream.to().close();
        }
        case 3 -> {
          stream.end();
          Tunnels.reset(stream.from());
          stream.to().close();
        }
        default -> {}
      }
    }
    all.server.closeAll(CloseReason.KILLED);
    for (CanaryStream stream : streams) {
      stream.from().close();
      stream.to().close();
    }
  }

  private static CanaryStream fresh(Tunnels all, long number) throws IOException {
    CanaryStream stream = new CanaryStream(number, all.open(), Side.CLIENT);
    stream.sendUpTo(FRESH_BYTES);
    stream.end();
    return stream;
  }

  /** What new tunnels were sent arrives, and nothing else. */
  private static void pass(List<CanaryStream> streams) throws IOException {
    for (CanaryStream stream : streams) {
      Awaitility.await()
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> arrived(stream));
      assertThat(stream.sentBytes()).isEqualTo(FRESH_BYTES);
      assertThat(stream.receivedBytes()).isEqualTo(FRESH_BYTES);
      stream.to().close();
      stream.from().close();
    }
  }

  private static boolean arrived(CanaryStream stream) throws IOException {
    stream.receiveUpTo(Long.MAX_VALUE);
    return stream.ended();
  }

  private static void assertNothingIsLeft(RelayStatistics statistics, Descriptors before) {
    assertThat(statistics.leasedPipes()).isZero();
    assertThat(statistics.pooledPipes()).isLessThanOrEqualTo(statistics.pipesLimit());
    // A socket that was closed is gone from the process when the event loop has come to it.
    Awaitility.await()
        .untilAsserted(() -> assertThat(Descriptors.open().sockets()).isEqualTo(before.sockets()));
    Map<Integer, String> pipeEnds = Descriptors.open().pipeEndsSince(before);
    assertThat(pipeEnds.size()).isLessThanOrEqualTo((int) (2 * statistics.pooledPipes()));
    assertThat(pipeEnds.keySet())
        .allSatisfy(pipeEnd -> assertThat(Descriptors.bytesIn(pipeEnd)).isZero());
  }
}
