package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looking at all tunnels that are open. */
@Timeout(60)
class TunnelVisitTest {
  /** More than are looked at in one turn of an event loop. */
  private static final int MANY = 600;

  private final List<Tunnels.Peers> peers = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private Tunnels tunnels;

  @BeforeEach
  void start() throws IOException {
    tunnels = new Tunnels(RelayOptions.defaults(), 0);
  }

  @AfterEach
  void stop() throws Exception {
    for (Tunnels.Peers each : peers) {
      each.close();
    }
    tunnels.close();
  }

  private void open(int count) throws IOException {
    int before = peers.size();
    for (int i = 0; i < count; i++) {
      peers.add(tunnels.open());
    }
    await().until(() -> tunnels.server.openTunnels() == before + count);
  }

  private void visit(TunnelVisitor visitor) throws Exception {
    tunnels.server.visit(visitor).get(10, TimeUnit.SECONDS);
  }

  @Test
  void withoutTunnelsThereIsNothingToSee() throws Exception {
    Queue<OpenTunnel> seen = new ConcurrentLinkedQueue<>();
    visit((tunnel, listener) -> seen.add(tunnel));
    assertThat(seen).isEmpty();
  }

  @Test
  void eachTunnelIsSeenOnceOnItsEventLoop() throws Exception {
    open(MANY);
    Queue<OpenTunnel> seen = new ConcurrentLinkedQueue<>();
    Queue<Boolean> onItsLoop = new ConcurrentLinkedQueue<>();
    visit(
        (tunnel, listener) -> {
          seen.add(tunnel);
          onItsLoop.add(tunnel.eventLoop().inEventLoop());
        });

    assertThat(seen).hasSize(MANY);
    assertThat(new HashSet<>(seen)).hasSize(MANY);
    assertThat(onItsLoop).containsOnly(true);
  }

  @Test
  void itsAgeAndItsBytesAreThoseOfNow() throws Exception {
    open(1);
    peers.getFirst().client().write(ByteBuffer.wrap(new byte[7]));
    await()
        .untilAsserted(
            () -> {
              Queue<Long> bytes = new ConcurrentLinkedQueue<>();
              visit((tunnel, _) -> bytes.add(tunnel.deliveredBytes(Direction.UPSTREAM)));
              assertThat(bytes).containsExactly(7L);
            });
    Queue<Duration> ages = new ConcurrentLinkedQueue<>();
    visit((tunnel, _) -> ages.add(tunnel.age()));
    visit((tunnel, _) -> ages.add(tunnel.age()));
    assertThat(List.copyOf(ages)).isSorted().first().satisfies(age -> assertThat(age).isPositive());
  }

  @Test
  void aVisitorMayCloseWhatItSeesAndTheRestIsStillSeen() throws Exception {
    open(MANY);
    Queue<OpenTunnel> seen = new ConcurrentLinkedQueue<>();
    visit(
        (tunnel, _) -> {
          seen.add(tunnel);
          tunnel.close(CloseReason.KILLED);
        });

    assertThat(seen).hasSize(MANY);
    await().until(() -> tunnels.server.openTunnels() == 0);
    seen.clear();
    visit((tunnel, _) -> seen.add(tunnel));
    assertThat(seen).isEmpty();
  }

  @Test
  void tunnelsThatEndMeanwhileAreNotSeen() throws Exception {
    open(MANY);
    Queue<OpenTunnel> all = new ConcurrentLinkedQueue<>();
    visit((tunnel, _) -> all.add(tunnel));
    Set<OpenTunnel> seen = new HashSet<>();
    CompletableFuture<Void> visited =
        tunnels.server.visit(
            (tunnel, _) -> {
              if (seen.isEmpty()) {
                all.forEach(each -> each.close(CloseReason.KILLED)); // between two turns
              }
              seen.add(tunnel);
            });

    visited.get(10, TimeUnit.SECONDS);
    assertThat(seen).as("those of the first turn").isNotEmpty().hasSizeLessThan(MANY);
    await().until(() -> tunnels.server.openTunnels() == 0);
  }

  @Test
  void whatAVisitorThrowsIsTheCallersToSeeAndHarmsNoTunnel() throws Exception {
    open(2);
    AtomicInteger seen = new AtomicInteger();
    CompletableFuture<Void> visited =
        tunnels.server.visit(
            (_, _) -> {
              seen.incrementAndGet();
              throw new IllegalStateException("expected by the test");
            });

    assertThatThrownBy(() -> visited.get(10, TimeUnit.SECONDS))
        .hasRootCauseMessage("expected by the test");
    await().until(() -> seen.get() == 2);
    assertThat(tunnels.server.openTunnels()).isEqualTo(2);
  }
}
