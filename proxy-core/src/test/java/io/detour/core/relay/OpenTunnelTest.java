package io.detour.core.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the owner of a tunnel can do to it, and is told of it. */
@Timeout(60)
class OpenTunnelTest {
  private static final int BYTES = 32 << 20;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void aPausedDirectionStandsStillAndTheOtherGoesOn(Tunnel.Transport transport) throws Exception {
    try (Tunnel tunnel = new Tunnel.Setup(RelayOptions.defaults()).over(transport).open()) {
      exchange(tunnel.client, tunnel.upstream);
      tunnel.open().pause(Direction.UPSTREAM);
      assertThat(delivered(tunnel, Direction.UPSTREAM)).isEqualTo(100);
      tunnel.client.getOutputStream().write(new byte[100]);

      exchange(tunnel.upstream, tunnel.client);
      Awaitility.await()
          .during(Duration.ofMillis(300))
          .until(() -> tunnel.upstream.getInputStream().available() == 0);
      assertThat(delivered(tunnel, Direction.UPSTREAM)).isEqualTo(100);

      tunnel.open().resume(Direction.UPSTREAM);
      assertThat(tunnel.upstream.getInputStream().readNBytes(100)).hasSize(100);
      exchange(tunnel.client, tunnel.upstream);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void anEndDuringAPauseIsPassedOnBehindTheBytesAfterIt(Tunnel.Transport transport)
      throws Exception {
    try (Tunnel tunnel = new Tunnel.Setup(RelayOptions.defaults()).over(transport).open()) {
      tunnel.open().pause(Direction.UPSTREAM);
      tunnel.client.getOutputStream().write(new byte[100]);
      tunnel.client.shutdownOutput();
      exchange(tunnel.upstream, tunnel.client);

      tunnel.open().resume(Direction.UPSTREAM);
      assertThat(tunnel.upstream.getInputStream().readAllBytes()).hasSize(100);
      tunnel.upstream.shutdownOutput();
      tunnel.endsWith(CloseReason.CLIENT_FIN);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void aPauseIsNoIdleTime(Tunnel.Transport transport) throws Exception {
    Duration idle = Duration.ofMillis(800);
    RelayOptions options = RelayOptions.defaults().withTimeouts(idle, idle, Duration.ofMinutes(1));
    try (Tunnel tunnel = new Tunnel.Setup(options).over(transport).open()) {
      tunnel.open().pause(Direction.UPSTREAM);
      Awaitility.await().during(Duration.ofMillis(1600)).until(() -> !tunnel.hasEnded());

      long resumed = System.nanoTime();
      tunnel.open().resume(Direction.UPSTREAM);
      tunnel.endsWith(CloseReason.IDLE_TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - resumed)).isGreaterThan(idle.dividedBy(2));
    }
  }

  @ParameterizedTest(name = "T05 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void aPauseOfAnEndedDirectionHoldsNoTimeoutUp(Tunnel.Transport transport) throws Exception {
    Duration never = Duration.ofMinutes(10);
    RelayOptions options =
        RelayOptions.defaults().withTimeouts(never, Duration.ofMillis(300), never);
    try (Tunnel tunnel = new Tunnel.Setup(options).over(transport).open()) {
      tunnel.client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().read()).isEqualTo(-1);
      tunnel.open().pause(Direction.UPSTREAM);

      tunnel.endsWith(CloseReason.HALF_CLOSE_TIMEOUT);
    }
  }

  /** A direction is paused whenever its sink is full, and resumed from inside the callback. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void commandsFromInsideCallbacksDisturbNothing(Tunnel.Transport transport) throws Exception {
    try (Tunnel tunnel =
        new Tunnel.Setup(RelayOptions.defaults())
            .over(transport)
            .receiveBuffer(4096)
            .pausingWhenBlocked()
            .open()) {
      var sent = RelayStreamTest.send(tunnel.client, BYTES, 5);
      Awaitility.await().until(() -> "blocked UPSTREAM".equals(tunnel.events().peek()));

      assertThat(RelayStreamTest.receive(tunnel.upstream).get()).isEqualTo(sent.get());
      tunnel.upstream.getOutputStream().write(new byte[100]);
      tunnel.upstream.shutdownOutput();
      assertThat(tunnel.client.getInputStream().readAllBytes()).hasSize(100);
      tunnel.endsWith(CloseReason.CLIENT_FIN);
      assertThat(tunnel.events()).contains("unblocked UPSTREAM");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void whatAListenerThrowsClosesTheTunnel(Tunnel.Transport transport) throws Exception {
    try (Tunnel tunnel =
        new Tunnel.Setup(RelayOptions.defaults())
            .over(transport)
            .transfers(
                (direction, operation, path, result) -> {
                  throw new IllegalStateException("expected by the test");
                })
            .open()) {
      tunnel.client.getOutputStream().write(new byte[100]);

      assertReset(tunnel.upstream);
      tunnel.endsWith(CloseReason.ERROR);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aCleanEndIsNoReasonToCloseFor() throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults())) {
      OpenTunnel open = tunnel.open();

      assertThatThrownBy(() -> open.close(CloseReason.CLIENT_FIN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("reason: CLIENT_FIN");
      exchange(tunnel.client, tunnel.upstream);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void tellsWhenASideTakesNoMoreAndWhenItDoesAgain(Tunnel.Transport transport) throws Exception {
    try (Tunnel tunnel =
        new Tunnel.Setup(RelayOptions.defaults()).over(transport).receiveBuffer(4096).open()) {
      Thread sent = Thread.ofPlatform().start(() -> write(tunnel.client, BYTES));
      Awaitility.await().until(() -> "blocked UPSTREAM".equals(tunnel.events().peek()));

      assertThat(tunnel.upstream.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
      sent.join();
      Awaitility.await().until(() -> tunnel.events().size() % 2 == 0);
      assertThat(tunnel.events())
          .startsWith("blocked UPSTREAM", "unblocked UPSTREAM")
          .endsWith("unblocked UPSTREAM");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void closingFromAnotherThreadResetsBothSides(Tunnel.Transport transport) throws Exception {
    try (Tunnel tunnel = new Tunnel.Setup(RelayOptions.defaults()).over(transport).open()) {
      exchange(tunnel.client, tunnel.upstream);

      tunnel.open().close(CloseReason.KILLED);

      assertReset(tunnel.client);
      assertReset(tunnel.upstream);
      tunnel.endsWith(CloseReason.KILLED);
      tunnel.open().pause(Direction.UPSTREAM);
      tunnel.open().resume(Direction.UPSTREAM);
      tunnel.open().close(CloseReason.DRAIN);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void tellsWhetherADirectionIsSpliced(RelayMode mode) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      Thread sent = Thread.ofPlatform().start(() -> write(tunnel.upstream, BYTES));
      assertThat(tunnel.client.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
      sent.join();

      RelayPath streamed = mode == RelayMode.COPY ? RelayPath.COPY : RelayPath.SPLICE;
      RelayPath silent = mode == RelayMode.SPLICE ? RelayPath.SPLICE : RelayPath.COPY;
      assertThat(onLoop(tunnel, () -> tunnel.open().path(Direction.DOWNSTREAM)))
          .isEqualTo(streamed);
      assertThat(onLoop(tunnel, () -> tunnel.open().path(Direction.UPSTREAM))).isEqualTo(silent);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void reportsEveryReadAndWriteWhenAsked(Tunnel.Transport transport) throws Exception {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    try (Tunnel tunnel =
        new Tunnel.Setup(RelayOptions.defaults())
            .over(transport)
            .transfers(
                (direction, operation, path, result) ->
                    told.add(direction + " " + operation + " " + path + " " + result))
            .open()) {
      tunnel.client.getOutputStream().write(new byte[10]);
      assertThat(tunnel.upstream.getInputStream().readNBytes(10)).hasSize(10);
      tunnel.client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().read()).isEqualTo(-1);

      assertThat(told)
          .filteredOn(line -> line.startsWith("UPSTREAM") && !line.endsWith("-11"))
          .containsExactly(
              "UPSTREAM READ COPY 10", "UPSTREAM WRITE COPY 10", "UPSTREAM READ COPY 0");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(CONCURRENT)
  void channelsOfTwoEpollLoopsAreBroughtTogether(RelayMode mode) throws Exception {
    RelayOptions options = RelayOptions.defaults().withMode(mode);
    try (Tunnel tunnel =
        new Tunnel.Setup(options).apart().greeting("hello".getBytes(US_ASCII)).open()) {
      assertThat(tunnel.upstream.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      assertThat(tunnel.client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      exchange(tunnel.client, tunnel.upstream);
      exchange(tunnel.upstream, tunnel.client);
      tunnel.client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().read()).isEqualTo(-1);
      tunnel.upstream.shutdownOutput();
      tunnel.endsWith(CloseReason.CLIENT_FIN);
      assertThat(tunnel.client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static long delivered(Tunnel tunnel, Direction direction) throws Exception {
    return onLoop(tunnel, () -> tunnel.open().deliveredBytes(direction));
  }

  private static <T> T onLoop(Tunnel tunnel, Callable<T> question) throws Exception {
    return tunnel.open().eventLoop().submit(question).get();
  }

  private static void exchange(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(new byte[100]);
    assertThat(to.getInputStream().readNBytes(100)).hasSize(100);
  }

  private static void write(Socket socket, int bytes) {
    try {
      socket.getOutputStream().write(new byte[bytes]);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
  }
}
