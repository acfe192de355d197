package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.tcp.EpollSocket;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tunnels of one event loop leave each other, against a simulated kernel. */
@Timeout(60)
class FairnessTest {
  private static final int BULK_BYTES = 64 << 20;
  private static final int TURN_BYTES = 256 * 1024;
  private static final int TURNS = 12;

  private final MockTicker clock = Ticker.newMockTicker();
  private final SimulatedKernel kernel = new SimulatedKernel(new Random(7));
  private final ManualIoEventLoop eventLoop =
      new ManualIoEventLoop(null, Thread.currentThread(), executor -> kernel, clock);
  private final RelayTotals totals = new RelayTotals();

  @ParameterizedTest(name = "O07 {0}")
  @EnumSource
  void aBulkTunnelYieldsAfterItsTurnAndTheOthersGetTheirs(RelayMode mode) {
    ConduitPool conduits = new ConduitPool(kernel, new PipeBudget(4), 64 * 1024, 64 * 1024);
    RelayOptions options = RelayOptions.defaults().withMode(mode).withTurn(TURN_BYTES);
    RelayLoop loop = new RelayLoop(eventLoop, options, kernel, conduits, totals);
    SimulatedSocket bulkClient = socket(1);
    SimulatedSocket bulkUpstream = socket(2);
    SimulatedSocket client = socket(3);
    SimulatedSocket upstream = socket(4);
    relay(loop, 1, 2);
    relay(loop, 3, 4);
    turn();
    for (int sent = 0; sent < BULK_BYTES / 2; sent += 16 * 1024) {
      bulkClient.peerSends(new byte[16 * 1024]);
      bulkUpstream.peerSends(new byte[16 * 1024]);
    }
    for (int message = 1; message <= TURNS; message++) {
      long before = relayedBytes();
      client.peerSends(new byte[10]);
      upstream.peerSends(new byte[10]);
      turn();

      client.peerReads(100);
      upstream.peerReads(100);
      assertThat(upstream.received.size()).isEqualTo(10 * message);
      assertThat(client.received.size()).isEqualTo(10 * message);
      // An event's turn and a queued one, in each direction, and the last drain of each may
      // overshoot.
      assertThat(relayedBytes() - before).isBetween(1L, 4L * (TURN_BYTES + 64 * 1024) + 20);
    }
    assertThat(relayedBytes()).isLessThan(BULK_BYTES);
  }

  private SimulatedSocket socket(int descriptor) {
    SimulatedSocket socket = new SimulatedSocket(BULK_BYTES, BULK_BYTES);
    kernel.add(descriptor, socket);
    return socket;
  }

  private static void relay(RelayLoop loop, int client, int upstream) {
    new Relay(loop, endpoint(client, Side.CLIENT), endpoint(upstream, Side.UPSTREAM), stats -> {})
        .begin(null, null);
  }

  private static Endpoint endpoint(int descriptor, Side side) {
    return new Endpoint(
        new EmbeddedChannel(), new EpollSocket(new FileDescriptor(descriptor)), side, false);
  }

  private void turn() {
    clock.advance(1, TimeUnit.MILLISECONDS);
    eventLoop.runNow();
  }

  private long relayedBytes() {
    long sum = 0;
    for (Direction direction : Direction.values()) {
      for (RelayPath path : RelayPath.values()) {
        sum += totals.relayedBytes(direction, path);
      }
    }
    return sum;
  }
}
