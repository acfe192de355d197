package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tunnels that a timeout ends, and those that it must leave alone. All of them wait most of the
 * time, so they run side by side.
 */
@Timeout(60)
class RelayTimeoutTest {

  @ParameterizedTest(name = "T05 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aHalfClosedSilentTunnelIsClosed(Way way, From from) throws Exception {
    RelayOptions options = way.options().withTimeouts(Way.LONG, Duration.ofMillis(200), Way.LONG);
    try (Tunnel tunnel = way.tunnel(options)) {
      from.near(tunnel).shutdownOutput();

      tunnel.endsWith(CloseReason.HALF_CLOSE_TIMEOUT);
    }
  }

  @ParameterizedTest(name = "T06 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aHalfClosedTunnelLivesWhileBytesMove(Way way, From from) throws Exception {
    Duration timeout = Duration.ofSeconds(1);
    try (Tunnel tunnel = way.tunnel(way.options().withTimeouts(Way.LONG, timeout, Way.LONG))) {
      from.near(tunnel).shutdownOutput();
      trickle(from.far(tunnel), from.near(tunnel), timeout.multipliedBy(3));
      assertThat(tunnel.hasEnded()).isFalse();

      from.far(tunnel).shutdownOutput();
      tunnel.endsWith(from.fin);
    }
  }

  @ParameterizedTest(name = "T13 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void aSideThatTakesNothingIsReset(Way way, From from) throws Exception {
    RelayOptions options = way.options().withTimeouts(Way.LONG, Way.LONG, Duration.ofMillis(300));
    try (Tunnel tunnel = way.narrowTunnel(options)) {
      assertThatThrownBy(() -> Tunnel.writeUntilItFails(from.near(tunnel)))
          .isInstanceOf(SocketException.class);

      tunnel.endsWith(CloseReason.WRITE_STALL);
    }
  }

  @ParameterizedTest(name = "T18 {0} {1}")
  @MethodSource("io.detour.core.relay.Way#withSides")
  @Execution(CONCURRENT)
  void anIdleTunnelIsClosedAndATrickleKeepsItAlive(Way way, From from) throws Exception {
    Duration idle = Duration.ofSeconds(1);
    try (Tunnel tunnel = way.tunnel(way.options().withTimeouts(idle, Way.LONG, Way.LONG))) {
      trickle(from.near(tunnel), from.far(tunnel), idle.multipliedBy(3));
      assertThat(tunnel.hasEnded()).isFalse();

      tunnel.endsWith(CloseReason.IDLE_TIMEOUT);
      Tunnel.assertReset(from.far(tunnel));
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
              assertThat(to.getInputStream().read()).isEqualTo('.');
              return true;
            });
  }
}
