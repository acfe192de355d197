package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How a tunnel ends, through real sockets, on both paths and through the portable relay. Names
 * carry the rows of the conformance matrix.
 */
@Timeout(60)
class RelayCloseTest {
  private static final int MEBIBYTE = 1 << 20;

  @ParameterizedTest(name = "T01 T02 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void afterAFinTheOtherSideStillAnswers(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.tunnel(way.options())) {
      from.near(tunnel).getOutputStream().write("question".getBytes(StandardCharsets.US_ASCII));
      from.near(tunnel).shutdownOutput();
      assertThat(from.far(tunnel).getInputStream().readAllBytes()).asString().isEqualTo("question");

      from.far(tunnel).getOutputStream().write(new byte[MEBIBYTE]);
      from.far(tunnel).shutdownOutput();
      assertThat(from.near(tunnel).getInputStream().readAllBytes()).hasSize(MEBIBYTE);
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "T03 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aFinFromBothSidesEndsTheTunnel(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.tunnel(way.options())) {
      from.near(tunnel).shutdownOutput();
      from.far(tunnel).shutdownOutput();

      assertThat(from.near(tunnel).getInputStream().read()).isEqualTo(-1);
      assertThat(from.far(tunnel).getInputStream().read()).isEqualTo(-1);
      assertThat(tunnel.ended().reason()).isIn(CloseReason.CLIENT_FIN, CloseReason.UPSTREAM_FIN);
    }
  }

  @ParameterizedTest(name = "T04 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aFinNeverOvertakesBytesToASlowReader(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.narrowTunnel(way.options())) {
      byte[] bytes = new byte[64 * MEBIBYTE];
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(() -> writeAndEnd(from.near(tunnel), bytes));
      // The reader waits until the sender is held up, so that the relay's conduit is full.
      Awaitility.await()
          .pollDelay(Duration.ofMillis(300))
          .untilAsserted(() -> assertThat(sent).isNotDone());

      assertThat(from.far(tunnel).getInputStream().readAllBytes()).hasSameSizeAs(bytes);
      sent.join();
      from.far(tunnel).shutdownOutput();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "T04 T16 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aPausedReaderIsNotTakenForAHalfClosedSilentOne(Way way, From from) throws Exception {
    RelayOptions options =
        way.options().withTimeouts(Duration.ofMillis(200), Duration.ofMillis(200), Way.LONG);
    byte[] bytes = new byte[64 * MEBIBYTE]; // before the tunnel, which is idle until it is there
    try (Tunnel tunnel = way.narrowTunnel(options)) {
      Thread sender = Thread.ofPlatform().start(() -> writeAndEnd(from.far(tunnel), bytes));
      Awaitility.await().until(() -> relayedBytes(tunnel.statistics()) > 0);
      from.near(tunnel).shutdownOutput();
      // Far longer than the timeouts the reader takes nothing, and bytes wait for it.
      Awaitility.await().during(Duration.ofMillis(800)).until(sender::isAlive);

      assertThat(from.near(tunnel).getInputStream().readAllBytes()).hasSameSizeAs(bytes);
      sender.join();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "X02 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aStreamThatIsCutDoesNotEndCleanly(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.tunnel(way.options())) {
      from.near(tunnel).getOutputStream().write(new byte[1000]);
      assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);

      tunnel.closeAll(CloseReason.DRAIN);

      Tunnel.assertReset(from.far(tunnel));
      tunnel.endsWith(CloseReason.DRAIN);
    }
  }

  @ParameterizedTest(name = "T07 T08 S08 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aResetReachesTheOtherSideBehindTheBytes(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.tunnel(way.options())) {
      from.near(tunnel).getOutputStream().write(new byte[1000]);
      assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);

      Tunnel.reset(from.near(tunnel));

      Tunnel.assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T09 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void bytesBeforeAResetAreDeliveredToASlowSide(Way way, From from) throws Exception {
    try (Tunnel tunnel = way.narrowTunnel(way.options())) {
      int bytes = 60_000;
      from.near(tunnel).getOutputStream().write(new byte[bytes]);
      // The relay has handed everything to the kernel, though the slow side has read nothing.
      Awaitility.await().until(() -> relayedBytes(tunnel.statistics()) == bytes);
      Tunnel.reset(from.near(tunnel));

      assertThat(from.far(tunnel).getInputStream().readNBytes(bytes)).hasSize(bytes);
      Tunnel.assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  /** Within 100 ms: the median of many, since a machine may stand still for a moment. */
  @ParameterizedTest(name = "T07 T08 in time, {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Tag("campaign")
  void aResetIsPassedOnAtOnce(Way way, From from) throws Exception {
    long[] nanos = new long[21];
    for (int i = 0; i < nanos.length; i++) {
      try (Tunnel tunnel = way.tunnel(way.options())) {
        from.near(tunnel).getOutputStream().write(new byte[1000]);
        assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);
        long start = System.nanoTime();
        Tunnel.reset(from.near(tunnel));
        Tunnel.assertReset(from.far(tunnel));
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofMillis(100));
  }

  private static long relayedBytes(RelayStatistics statistics) {
    long sum = 0;
    for (Direction direction : Direction.values()) {
      for (RelayPath path : RelayPath.values()) {
        sum += statistics.relayedBytes(direction, path);
      }
    }
    return sum;
  }

  @ParameterizedTest(name = "T07 T08 before the relay, {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aResetBeforeTheRelayBeginsIsPassedOnBehindTheBytes(Way way, From from) throws Exception {
    byte[] greeting = new byte[100];
    try (Tunnel tunnel = way.setup(way.options()).greeting(greeting).open()) {
      Tunnel.reset(from.near(tunnel));

      assertThat(from.far(tunnel).getInputStream().readNBytes(100)).isEqualTo(greeting);
      Tunnel.assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T10 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void bytesAndFinThenAResetArriveWholeWhileTheOtherSideStillSends(Way way, From from)
      throws Exception {
    try (Tunnel tunnel = way.tunnel(way.options())) {
      Socket near = from.near(tunnel);
      Socket far = from.far(tunnel);
      near.getOutputStream().write(new byte[100_000]);
      near.shutdownOutput();
      // The far side sends what the near side does not read: closing it then is a reset.
      far.getOutputStream().write(new byte[10_000]);
      Awaitility.await().until(() -> near.getInputStream().available() > 0);
      near.close();

      assertThat(far.getInputStream().readAllBytes()).hasSize(100_000);
      assertThatThrownBy(() -> Tunnel.writeUntilItFails(far)).isInstanceOf(IOException.class);
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T11 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aFinThenAResetOfASilentTunnelEndsIt(Way way, From from) throws Exception {
    // A channel of Netty does not see a reset behind an end before something is written to it.
    boolean unseen = way == Way.PORTABLE;
    Duration halfClose = unseen ? Duration.ofMillis(500) : Way.LONG;
    try (Tunnel tunnel = way.tunnel(way.options().withTimeouts(Way.LONG, halfClose, Way.LONG))) {
      from.near(tunnel).shutdownOutput();
      assertThat(from.far(tunnel).getInputStream().read()).isEqualTo(-1);
      Tunnel.reset(from.near(tunnel));

      tunnel.endsWith(unseen ? CloseReason.HALF_CLOSE_TIMEOUT : from.reset);
      assertThatThrownBy(() -> Tunnel.writeUntilItFails(from.far(tunnel)))
          .isInstanceOf(SocketException.class);
    }
  }

  private static void writeAndEnd(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
