package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An upstream host that vanishes without a word: its network swallows all packets. */
@Timeout(90)
class BlackHoleTest {
  private static final int PORT = 9000;
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);
  private static final Duration WRITE_STALL = Duration.ofSeconds(2);

  /** The probes or the kernel's timeout for unacknowledged bytes, and time for a busy machine. */
  private static final Duration BUDGET = Duration.ofSeconds(20);

  private static final Duration NEVER = Duration.ofHours(1);

  private static @Nullable String refusal;

  @BeforeAll
  static void tryNamespaces() throws Exception {
    refusal = NetworkPair.refusal();
    if (refusal != null) {
      System.out.println("T15 is skipped, " + refusal);
    }
  }

  @ParameterizedTest(name = "T15 {0}")
  @EnumSource(names = {"SPLICE", "COPY"})
  @Execution(CONCURRENT)
  void anIdleTunnelEndsWhenItsPeerVanishes(RelayMode mode) throws Exception {
    endsWithinItsBudget(mode, KEEP_ALIVE, false);
  }

  @ParameterizedTest(name = "T15 {0}")
  @EnumSource(names = {"SPLICE", "COPY"})
  @Execution(CONCURRENT)
  void aTunnelWithBytesInFlightEndsWhenItsPeerVanishes(RelayMode mode) throws Exception {
    endsWithinItsBudget(mode, NEVER, true);
  }

  /** Without probes only the unacknowledged bytes tell, and without bytes only the probes. */
  private static void endsWithinItsBudget(RelayMode mode, Duration keepAlive, boolean bytes)
      throws Exception {
    Assumptions.assumeTrue(refusal == null, () -> "skipped, " + refusal);
    try (NetworkPair networks = new NetworkPair();
        SecondJvm peer = start(networks.inPeer(), EchoPeer.class, NetworkPair.PEER_ADDRESS, PORT)) {
      assertThat(peer.line()).isEqualTo("listens");
      try (SecondJvm relay =
          start(
              networks.inRelay(),
              BlackHoledRelay.class,
              mode,
              NetworkPair.PEER_ADDRESS,
              PORT,
              keepAlive.toMillis(),
              WRITE_STALL.toMillis())) {
        assertThat(relay.line()).isEqualTo("open");
        networks.swallow();
        long start = System.nanoTime();
        if (bytes) {
          relay.tell("send");
        }

        assertThat(relay.line()).isEqualTo(CloseReason.UPSTREAM_RESET.toString());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BUDGET);
      }
    }
  }

  private static SecondJvm start(List<String> prefix, Class<?> main, Object... arguments)
      throws Exception {
    return SecondJvm.start(prefix, SecondJvm.classPath(), main, arguments);
  }
}
