package io.detour.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.server.http.HeadLimits;
import io.detour.server.listen.ClientLimits;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients that send a lot and end nothing cost in buffers. */
@Timeout(60)
class MemoryPerClientTest {
  private static final int CLIENTS = 500;

  /** The allocator hands out memory from larger pieces, of which some are part empty. */
  private static final long ALLOCATOR_SLACK = 4L << 20;

  private static long usedBytes() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  @Test
  @DisplayName("L06: heads that do not end take at most twice the limit of a head")
  void headsThatDoNotEnd() throws IOException {
    int headBytes = HeadLimits.defaults().headBytes();
    String head = "GET http://a.test/ HTTP/1.1\r\n" + "X: yyy\r\n".repeat(80);
    String whole = head + "X: " + "y".repeat(headBytes - head.length() - 100);
    List<RawClient> clients = new ArrayList<>();
    try (RunningServer proxy =
        RunningServer.with(options -> options.withLimits(new ClientLimits(1000, 1000)))) {
      long before = usedBytes();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(proxy.client().send(whole));
      }
      await().until(() -> proxy.clients() == CLIENTS);

      assertThat(usedBytes() - before).isLessThan(2L * headBytes * CLIENTS + ALLOCATOR_SLACK);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @DisplayName("L06: chunks of a byte for an origin that takes none do not take 100 bytes each")
  void chunksOfAByte() throws IOException {
    byte[] chunks = "1\r\na\r\n".repeat(10_000).getBytes(US_ASCII);
    List<RawClient> clients = new ArrayList<>();
    try (TcpOrigin deaf =
            TcpOrigin.start(
                connection -> {
                  connection.setReceiveBufferSize(4096);
                  try {
                    Thread.sleep(20_000);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
        RunningServer proxy = RunningServer.withoutRules()) {
      long before = usedBytes();
      for (int i = 0; i < 20; i++) {
        clients.add(
            proxy
                .client()
                .send(
                    "PUT http://"
                        + deaf.authority()
                        + "/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                .send(chunks));
      }
      await().until(() -> deaf.accepted() == 20);

      long sent = (long) chunks.length * 20;
      assertThat(usedBytes() - before).isLessThan(2 * sent + ALLOCATOR_SLACK);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }
}
