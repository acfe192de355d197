package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a bulk tunnel costs a thousand interactive ones on the same event loop. */
@Timeout(180)
@Tag("campaign")
class InteractiveLatencyTest {
  private static final int TUNNELS = 1_000;
  private static final int ROUNDS = 20;

  /** How many messages are on their way at once. */
  private static final int TOGETHER = 10;

  private static final int MESSAGE_BYTES = 100;
  private static final int CHUNK_BYTES = 1 << 20;

  @ParameterizedTest(name = "O07 {0}")
  @EnumSource
  void aBulkTunnelHardlyDelaysAThousandInteractiveOnes(RelayMode mode) throws Exception {
    try (Tunnels tunnels = new Tunnels(options(mode), 0)) {
      List<Tunnels.Peers> interactive = new ArrayList<>();
      for (int i = 0; i < TUNNELS; i++) {
        interactive.add(tunnels.open());
      }
      Tunnels.Peers bulk = tunnels.open();
      Thread sender = Thread.ofPlatform().daemon().start(() -> sendForEver(bulk.client().socket()));
      CompletableFuture<String> received = RelayStreamTest.receive(bulk.upstream().socket());
      long before = tunnels.server.relayedBytes();
      long[] nanos = new long[ROUNDS * TUNNELS];
      long start = System.nanoTime();
      for (int i = 0; i < nanos.length; i += TOGETHER) {
        int first = i % TUNNELS;
        roundTrips(interactive.subList(first, first + TOGETHER), nanos, i);
      }
      long bulkNanos = System.nanoTime() - start;
      long bulkBytes = tunnels.server.relayedBytes() - before - 2L * MESSAGE_BYTES * nanos.length;
      bulk.close();
      sender.join();
      Arrays.sort(nanos);
      Duration p99 = Duration.ofNanos(nanos[nanos.length / 100 * 99]);
      System.out.println(
          "O07 "
              + mode
              + ": p50 "
              + nanos[nanos.length / 2] / 1000
              + " us, p99 "
              + p99.toNanos() / 1000
              + " us beside "
              + bulkBytes * 1000 / bulkNanos
              + " MB/s");

      Awaitility.await().until(received::isDone);
      assertThat(bulkBytes).isGreaterThan(100L * CHUNK_BYTES);
      assertThat(p99).isLessThan(Duration.ofMillis(50));
    }
  }

  /** Another budget of a turn, in bytes, is measured with {@code -Ddetour.turn}. */
  private static RelayOptions options(RelayMode mode) {
    RelayOptions defaults = RelayOptions.defaults().withMode(mode);
    return defaults.withTurn(Integer.getInteger("detour.turn", defaults.turnBytes()));
  }

  private static void roundTrips(List<Tunnels.Peers> tunnels, long[] nanos, int first)
      throws IOException {
    byte[] message = new byte[MESSAGE_BYTES];
    for (int i = 0; i < tunnels.size(); i++) {
      nanos[first + i] = System.nanoTime();
      tunnels.get(i).client().socket().getOutputStream().write(message);
    }
    for (Tunnels.Peers each : tunnels) {
      Socket upstream = each.upstream().socket();
      upstream.getOutputStream().write(upstream.getInputStream().readNBytes(MESSAGE_BYTES));
    }
    for (int i = 0; i < tunnels.size(); i++) {
      Socket client = tunnels.get(i).client().socket();
      assertThat(client.getInputStream().readNBytes(MESSAGE_BYTES)).hasSize(MESSAGE_BYTES);
      nanos[first + i] = System.nanoTime() - nanos[first + i];
    }
  }

  /** Until the socket is closed. */
  private static void sendForEver(Socket socket) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      while (true) {
        socket.getOutputStream().write(chunk);
      }
    } catch (IOException e) {
      assertThat(socket.isClosed()).isTrue();
    }
  }
}
