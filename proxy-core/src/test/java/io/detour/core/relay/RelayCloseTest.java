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
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How a tunnel ends, through real sockets, on both paths and through the portable relay. Names
 * carry the rows of the conformance matrix.
 */
@Timeout(60)
class RelayCloseTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int MEBIBYTE = 1 << 20;

  /** How the tunnel is relayed. */
  enum Way {
    AUTO(Tunnel.Transport.EPOLL, RelayMode.AUTO),
    SPLICE(Tunnel.Transport.EPOLL, RelayMode.SPLICE),
    COPY(Tunnel.Transport.EPOLL, RelayMode.COPY),
    PORTABLE(Tunnel.Transport.NIO, RelayMode.AUTO);

    final Tunnel.Transport transport;
    final RelayMode mode;

    Way(Tunnel.Transport transport, RelayMode mode) {
      this.transport = transport;
      this.mode = mode;
    }
  }

  /** Which side begins. The upstream side must behave as the client's does. */
  enum From {
    CLIENT(CloseReason.CLIENT_FIN, CloseReason.CLIENT_RESET),
    UPSTREAM(CloseReason.UPSTREAM_FIN, CloseReason.UPSTREAM_RESET);

    final CloseReason fin;
    final CloseReason reset;

    From(CloseReason fin, CloseReason reset) {
      this.fin = fin;
      this.reset = reset;
    }

    Socket near(Tunnel tunnel) {
      return this == CLIENT ? tunnel.client : tunnel.upstream;
    }

    Socket far(Tunnel tunnel) {
      return this == CLIENT ? tunnel.upstream : tunnel.client;
    }
  }

  static Stream<Arguments> waysAndSides() {
    return Arrays.stream(Way.values())
        .flatMap(way -> Arrays.stream(From.values()).map(from -> Arguments.of(way, from)));
  }

  private static RelayOptions options(Way way) {
    return RelayOptions.defaults().withMode(way.mode).withTimeouts(LONG, LONG, LONG);
  }

  private static Tunnel tunnel(Way way, RelayOptions options) throws IOException {
    return new Tunnel.Setup(options).over(way.transport).open();
  }

  /** Both peers have a small receive buffer, so that they are soon full. */
  private static Tunnel narrowTunnel(Way way, RelayOptions options) throws IOException {
    return new Tunnel.Setup(options).over(way.transport).receiveBuffer(4096).open();
  }

  @ParameterizedTest(name = "T01 T02 {0} {1}")
  @MethodSource("waysAndSides")
  void afterAFinTheOtherSideStillAnswers(Way way, From from) throws Exception {
    try (Tunnel tunnel = tunnel(way, options(way))) {
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
  @MethodSource("waysAndSides")
  void aFinFromBothSidesEndsTheTunnel(Way way, From from) throws Exception {
    try (Tunnel tunnel = tunnel(way, options(way))) {
      from.near(tunnel).shutdownOutput();
      from.far(tunnel).shutdownOutput();

      assertThat(from.near(tunnel).getInputStream().read()).isEqualTo(-1);
      assertThat(from.far(tunnel).getInputStream().read()).isEqualTo(-1);
      assertThat(tunnel.ended().reason()).isIn(CloseReason.CLIENT_FIN, CloseReason.UPSTREAM_FIN);
    }
  }

  @ParameterizedTest(name = "T04 {0} {1}")
  @MethodSource("waysAndSides")
  void aFinNeverOvertakesBytesToASlowReader(Way way, From from) throws Exception {
    try (Tunnel tunnel = narrowTunnel(way, options(way))) {
      int bytes = 64 * MEBIBYTE;
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(() -> writeAndEnd(from.near(tunnel), bytes));
      // The reader waits until the sender is held up, so that the relay's conduit is full.
      Awaitility.await()
          .pollDelay(Duration.ofMillis(300))
          .untilAsserted(() -> assertThat(sent).isNotDone());

      assertThat(from.far(tunnel).getInputStream().readAllBytes()).hasSize(bytes);
      sent.join();
      from.far(tunnel).shutdownOutput();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "T05 {0} {1}")
  @MethodSource("waysAndSides")
  @Execution(CONCURRENT)
  void aHalfClosedSilentTunnelIsClosed(Way way, From from) throws Exception {
    RelayOptions options = options(way).withTimeouts(LONG, Duration.ofMillis(200), LONG);
    try (Tunnel tunnel = tunnel(way, options)) {
      from.near(tunnel).shutdownOutput();

      tunnel.endsWith(CloseReason.HALF_CLOSE_TIMEOUT);
    }
  }

  @ParameterizedTest(name = "T04 T16 {0} {1}")
  @MethodSource("waysAndSides")
  void aPausedReaderIsNotTakenForAHalfClosedSilentOne(Way way, From from) throws Exception {
    RelayOptions options =
        options(way).withTimeouts(Duration.ofMillis(200), Duration.ofMillis(200), LONG);
    try (Tunnel tunnel = narrowTunnel(way, options)) {
      int bytes = 64 * MEBIBYTE;
      Thread sender = Thread.ofPlatform().start(() -> writeAndEnd(from.far(tunnel), bytes));
      from.near(tunnel).shutdownOutput();
      // Far longer than the timeouts the reader takes nothing, and bytes wait for it.
      Awaitility.await().during(Duration.ofMillis(800)).until(sender::isAlive);

      assertThat(from.near(tunnel).getInputStream().readAllBytes()).hasSize(bytes);
      sender.join();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "X02 {0} {1}")
  @MethodSource("waysAndSides")
  void aStreamThatIsCutDoesNotEndCleanly(Way way, From from) throws Exception {
    try (Tunnel tunnel = tunnel(way, options(way))) {
      from.near(tunnel).getOutputStream().write(new byte[1000]);
      assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);

      tunnel.closeAll(CloseReason.DRAIN);

      assertReset(from.far(tunnel));
      tunnel.endsWith(CloseReason.DRAIN);
    }
  }

  @ParameterizedTest(name = "T06 {0} {1}")
  @MethodSource("waysAndSides")
  @Execution(CONCURRENT)
  void aHalfClosedTunnelLivesWhileBytesMove(Way way, From from) throws Exception {
    Duration timeout = Duration.ofMillis(400);
    try (Tunnel tunnel = tunnel(way, options(way).withTimeouts(LONG, timeout, LONG))) {
      from.near(tunnel).shutdownOutput();
      trickle(from.far(tunnel), from.near(tunnel), timeout.multipliedBy(3));
      assertThat(tunnel.hasEnded()).isFalse();

      from.far(tunnel).shutdownOutput();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "T07 T08 S08 {0} {1}")
  @MethodSource("waysAndSides")
  void aResetReachesTheOtherSideBehindTheBytes(Way way, From from) throws Exception {
    try (Tunnel tunnel = tunnel(way, options(way))) {
      from.near(tunnel).getOutputStream().write(new byte[1000]);
      assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);

      Tunnel.reset(from.near(tunnel));

      assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T09 {0} {1}")
  @MethodSource("waysAndSides")
  void bytesBeforeAResetAreDeliveredToASlowSide(Way way, From from) throws Exception {
    try (Tunnel tunnel = narrowTunnel(way, options(way))) {
      int bytes = 60_000;
      from.near(tunnel).getOutputStream().write(new byte[bytes]);
      // The relay has handed everything to the kernel, though the slow side has read nothing.
      Awaitility.await().until(() -> relayedBytes(tunnel.statistics()) == bytes);
      Tunnel.reset(from.near(tunnel));

      assertThat(from.far(tunnel).getInputStream().readNBytes(bytes)).hasSize(bytes);
      assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  /** Within 100 ms: the median of many, since a machine may stand still for a moment. */
  @ParameterizedTest(name = "T07 T08 in time, {0} {1}")
  @MethodSource("waysAndSides")
  @Tag("campaign")
  void aResetIsPassedOnAtOnce(Way way, From from) throws Exception {
    long[] nanos = new long[21];
    for (int i = 0; i < nanos.length; i++) {
      try (Tunnel tunnel = tunnel(way, options(way))) {
        from.near(tunnel).getOutputStream().write(new byte[1000]);
        assertThat(from.far(tunnel).getInputStream().readNBytes(1000)).hasSize(1000);
        long start = System.nanoTime();
        Tunnel.reset(from.near(tunnel));
        assertReset(from.far(tunnel));
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
  @MethodSource("waysAndSides")
  void aResetBeforeTheRelayBeginsIsPassedOnBehindTheBytes(Way way, From from) throws Exception {
    byte[] greeting = new byte[100];
    try (Tunnel tunnel =
        new Tunnel.Setup(options(way)).over(way.transport).greeting(greeting).open()) {
      Tunnel.reset(from.near(tunnel));

      assertThat(from.far(tunnel).getInputStream().readNBytes(100)).isEqualTo(greeting);
      assertReset(from.far(tunnel));
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T10 {0} {1}")
  @MethodSource("waysAndSides")
  void bytesAndFinThenAResetArriveWholeWhileTheOtherSideStillSends(Way way, From from)
      throws Exception {
    try (Tunnel tunnel = tunnel(way, options(way))) {
      Socket near = from.near(tunnel);
      Socket far = from.far(tunnel);
      near.getOutputStream().write(new byte[100_000]);
      near.shutdownOutput();
      // The far side sends what the near side does not read: closing it then is a reset.
      far.getOutputStream().write(new byte[10_000]);
      Awaitility.await().until(() -> near.getInputStream().available() > 0);
      near.close();

      assertThat(far.getInputStream().readAllBytes()).hasSize(100_000);
      assertThatThrownBy(() -> writeUntilItFails(far)).isInstanceOf(IOException.class);
      tunnel.endsWith(from.reset);
    }
  }

  @ParameterizedTest(name = "T11 {0} {1}")
  @MethodSource("waysAndSides")
  @Execution(CONCURRENT)
  void aFinThenAResetOfASilentTunnelEndsIt(Way way, From from) throws Exception {
    // A channel of Netty does not see a reset behind an end before something is written to it.
    boolean unseen = way == Way.PORTABLE;
    Duration halfClose = unseen ? Duration.ofMillis(500) : LONG;
    try (Tunnel tunnel = tunnel(way, options(way).withTimeouts(LONG, halfClose, LONG))) {
      from.near(tunnel).shutdownOutput();
      assertThat(from.far(tunnel).getInputStream().read()).isEqualTo(-1);
      Tunnel.reset(from.near(tunnel));

      tunnel.endsWith(unseen ? CloseReason.HALF_CLOSE_TIMEOUT : from.reset);
      assertThatThrownBy(() -> writeUntilItFails(from.far(tunnel)))
          .isInstanceOf(SocketException.class);
    }
  }

  @ParameterizedTest(name = "T13 {0} {1}")
  @MethodSource("waysAndSides")
  @Execution(CONCURRENT)
  void aSideThatTakesNothingIsReset(Way way, From from) throws Exception {
    RelayOptions options = options(way).withTimeouts(LONG, LONG, Duration.ofMillis(300));
    try (Tunnel tunnel = narrowTunnel(way, options)) {
      assertThatThrownBy(() -> writeUntilItFails(from.near(tunnel)))
          .isInstanceOf(SocketException.class);

      tunnel.endsWith(CloseReason.WRITE_STALL);
    }
  }

  @ParameterizedTest(name = "T18 {0} {1}")
  @MethodSource("waysAndSides")
  @Execution(CONCURRENT)
  void anIdleTunnelIsClosedAndATrickleKeepsItAlive(Way way, From from) throws Exception {
    Duration idle = Duration.ofMillis(400);
    try (Tunnel tunnel = tunnel(way, options(way).withTimeouts(idle, LONG, LONG))) {
      trickle(from.near(tunnel), from.far(tunnel), idle.multipliedBy(3));
      assertThat(tunnel.hasEnded()).isFalse();

      tunnel.endsWith(CloseReason.IDLE_TIMEOUT);
      assertReset(from.far(tunnel));
    }
  }

  /** Sends a byte now and then, which arrives. */
  private static void trickle(Socket from, Socket to, Duration time) {
    Awaitility.await()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(10))
        .during(time)
        .until(
            () -> {
              from.getOutputStream().write('.');
              return to.getInputStream().read() == '.';
            });
  }

  private static void writeAndEnd(Socket socket, int bytes) {
    try {
      socket.getOutputStream().write(new byte[bytes]);
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void writeUntilItFails(Socket socket) throws IOException {
    while (true) {
      socket.getOutputStream().write(new byte[10_000]);
    }
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
