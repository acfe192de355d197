package io.detour;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.server.accept.ClientLimits;
import io.detour.server.parse.http.HeadLimits;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients that send a lot and end nothing cost in memory, on the heap and beside it. */
@Timeout(60)
class MemoryPerClientTest {
  private static final int CLIENTS = 500;
  private static final int HEAD_BYTES = HeadLimits.defaults().headBytes();

  /** The allocator hands out memory from larger pieces; the clients of the test are there, too. */
  private static final long SLACK = 8L << 20;

  private final List<RawClient> clients = new ArrayList<>();

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  /**
   * The bytes that clients have cost, each of which has sent this and waits.
   *
   * @param settled when all of it has been read that ever will be
   */
  private long cost(RunningServer proxy, String start, String rest, Callable<Boolean> settled)
      throws IOException {
    clients.add(proxy.client().send("GET http://none.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n"));
    assertThat(clients.getFirst().head().status()).as("classes are loaded").isEqualTo(502);
    long before = usedBytes();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(proxy.client().send(start));
      clients.getLast().send(rest);
    }
    await().until(() -> proxy.clients() == CLIENTS + 1);
    await().until(settled);
    return usedBytes() - before;
  }

  /** Nothing more is read: what still waits in the kernel is not wanted. */
  private static Callable<Boolean> reachedAndAtRest(RunningServer proxy, TcpOrigin origin) {
    int port = proxy.address().getPort();
    long[] waiting = {-1};
    return () -> {
      long before = waiting[0];
      waiting[0] = SocketTable.unreadBytes(port);
      return origin.open() == CLIENTS && waiting[0] == before;
    };
  }

  private void closeClients() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  private static RunningServer manyAllowed() throws IOException {
    return RunningServer.with(options -> options.withLimits(new ClientLimits(1000, 1000)));
  }

  @Test
  @DisplayName("L06: a head that does not end takes at most twice the limit of a head")
  void headsThatDoNotEnd() throws IOException {
    String start = "GET http://a.test/ HTTP/1.1\r\n" + "X: yyy\r\n".repeat(80);
    String rest = "X: " + "y".repeat(HEAD_BYTES - start.length() - 100);
    try (RunningServer proxy = manyAllowed()) {
      int port = proxy.address().getPort();
      assertThat(cost(proxy, start, rest, () -> SocketTable.unreadBytes(port) == 0))
          .isLessThan(2L * HEAD_BYTES * CLIENTS + SLACK);
    } finally {
      closeClients();
    }
  }

  @Test
  @DisplayName("L06: requests behind one that waits take at most three times the limit of a head")
  void requestsBehindOneThatWaits() throws IOException {
    try (TcpOrigin silent =
            TcpOrigin.start(connection -> connection.getInputStream().readAllBytes());
        RunningServer proxy = manyAllowed()) {
      String start = "GET http://" + silent.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
      String more = start.repeat(200_000 / start.length());
      assertThat(cost(proxy, start, more, reachedAndAtRest(proxy, silent)))
          .isLessThan(3L * HEAD_BYTES * CLIENTS + SLACK);
    } finally {
      closeClients();
    }
  }

  @Test
  @DisplayName("L06: a chunk of a byte does not take 100 bytes")
  void chunksOfAByte() throws IOException {
    byte[] chunks = "1\r\na\r\n".repeat(10_000).getBytes(US_ASCII);
    CountDownLatch end = new CountDownLatch(1);
    try (TcpOrigin silent = TcpOrigin.start(connection -> blockUntil(end));
        RunningServer proxy = manyAllowed()) {
      String start =
          "PUT http://"
              + silent.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
      String sent = new String(chunks, US_ASCII);
      assertThat(cost(proxy, start, sent, reachedAndAtRest(proxy, silent)))
          .isLessThan(2L * chunks.length * CLIENTS + SLACK);
    } finally {
      end.countDown();
      closeClients();
    }
  }

  private static void blockUntil(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
