package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.server.serve.ClientTimeouts;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are larger than any buffer, and the side that does not take them. */
@Timeout(600)
class StreamedContentTest {
  private static final long ORDINARY = 256L << 20;
  private static final long CAMPAIGN = 4L << 30;
  private static final int PIECE = 64 << 10;

  /** What both kernels' buffers and the proxy may hold of a body that is not taken. */
  private static final long MAX_ON_THE_WAY = 64L << 20;

  private static final long MAX_MEMORY = 32L << 20;
  private static final Duration AT_REST = Duration.ofMillis(300);

  private final AtomicLong moved = new AtomicLong();
  private final AtomicLong mostMemory = new AtomicLong();

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static long memory() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  private void note(long bytes) {
    moved.addAndGet(bytes);
    mostMemory.accumulateAndGet(memory(), Math::max);
  }

  private static void assertAtRest(AtomicLong counter) {
    await()
        .during(AT_REST)
        .atMost(Duration.ofSeconds(60))
        .until(
            new Callable<Boolean>() {
              private long before = -1;

              @Override
              public Boolean call() {
                long now = counter.get();
                boolean rests = now > 0 && now == before;
                before = now;
                return rests;
              }
            });
  }

  private void send(OutputStream out, long bytes) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long sent = 0; sent < bytes; sent += PIECE) {
      out.write(piece);
      note(PIECE);
    }
  }

  private static long count(InputStream in, long bytes) throws IOException {
    byte[] piece = new byte[PIECE];
    long counted = 0;
    while (counted < bytes) {
      int read = in.read(piece, 0, (int) Math.min(PIECE, bytes - counted));
      if (read < 0) {
        return counted;
      }
      counted += read;
    }
    return counted;
  }

  private TcpOrigin sending(String head, long bytes) throws IOException {
    return TcpOrigin.start(
        connection -> {
          connection.getInputStream().read(new byte[4096]);
          connection.getOutputStream().write(head.getBytes(ISO_8859_1));
          send(connection.getOutputStream(), bytes);
        });
  }

  private void download(long bytes, boolean length, boolean halfClosed) throws IOException {
    String head = "HTTP/1.1 200 OK\r\n" + (length ? "Content-Length: " + bytes + "\r\n" : "");
    try (TcpOrigin origin = sending(head + "\r\n", bytes);
        RawClient client = proxy.client()) {
      long before = memory();
      client.send("GET http://" + origin.authority() + "/ HTTP/1.0\r\n\r\n");
      if (halfClosed) {
        client.endOutput();
      }
      assertThat(client.head().status()).isEqualTo(200);
      assertAtRest(moved);
      assertThat(moved).as("sent while nobody read").hasValueLessThan(MAX_ON_THE_WAY);

      assertThat(count(client.input(), Long.MAX_VALUE)).isEqualTo(bytes);
      assertThat(mostMemory.get() - before).as("memory").isLessThan(MAX_MEMORY);
    }
  }

  private void upload(long bytes) throws IOException {
    AtomicLong received = new AtomicLong();
    CountDownLatch read = new CountDownLatch(1);
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  InputStream in = connection.getInputStream();
                  StringBuilder head = new StringBuilder();
                  while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) in.read());
                  }
                  try {
                    read.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  received.set(count(in, bytes));
                  connection.getOutputStream().write(HttpOrigin.HELLO.getBytes(ISO_8859_1));
                });
        RawClient client = proxy.client()) {
      long before = memory();
      client.send(
          "POST http://"
              + origin.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: "
              + bytes
              + "\r\n\r\n");
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      send(client.output(), bytes);
                    } catch (IOException e) {
                      moved.set(-1);
                    }
                  });
      assertAtRest(moved);
      assertThat(moved).as("sent while nobody read").hasValueLessThan(MAX_ON_THE_WAY);
      read.countDown();

      assertThat(client.headWithin(Duration.ofMinutes(5)).status()).isEqualTo(200);
      assertThat(received).hasValue(bytes);
      assertThat(mostMemory.get() - before).as("memory").isLessThan(MAX_MEMORY);
      assertThat(sender.isAlive() ? "sends" : "has sent").isEqualTo("has sent");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aLargeDownloadWaitsForItsReader() throws IOException {
    download(ORDINARY, true, false);
  }

  @Test
  @DisplayName("T19: a client that has ended its direction gets a large response until its end")
  @Execution(CONCURRENT)
  void aHalfClosedClientGetsAllOfALargeResponse() throws IOException {
    download(ORDINARY, false, true);
  }

  @ParameterizedTest(name = "F23: {0} MiB and the end of the origin wait for a slow client")
  @ValueSource(ints = {1, 2, 4, 8, 12})
  @Execution(CONCURRENT)
  void anEndThatComesWhileTheClientIsSlowCutsNothing(int megabytes) throws IOException {
    download((long) megabytes << 20, false, false);
    download((long) megabytes << 20, true, false);
  }

  @Test
  @Execution(CONCURRENT)
  void aLargeUploadWaitsForItsReader() throws IOException {
    upload(ORDINARY);
  }

  @Test
  @Tag("campaign")
  void fourGigabytesComeDown() throws IOException {
    download(CAMPAIGN, true, false);
  }

  @Test
  @Tag("campaign")
  void fourGigabytesGoUp() throws IOException {
    upload(CAMPAIGN);
  }

  @Test
  @DisplayName("a client that takes nothing of its response is reset")
  @Execution(CONCURRENT)
  void aStalledClientIsReset() throws IOException {
    ClientTimeouts timeouts =
        new ClientTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMillis(400));
    try (RunningServer impatient = RunningServer.with(timeouts);
        TcpOrigin origin =
            sending("HTTP/1.1 200 OK\r\nContent-Length: " + ORDINARY + "\r\n\r\n", ORDINARY);
        RawClient client = impatient.client()) {
      client.send("GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(impatient.clients()).isZero());
      assertThat(impatient.metric("detour_request_errors_total", "connection_write_timeout"))
          .isEqualTo(1);
      ExpectedCut.assertCut(client);
      await().untilAsserted(() -> assertThat(origin.open()).isZero());
    }
  }

  @Test
  @DisplayName("a client that reads none of the proxy's own answers is reset, and holds no memory")
  @Execution(CONCURRENT)
  void aClientThatReadsNoAnswersIsReset() throws IOException {
    ClientTimeouts timeouts =
        new ClientTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMillis(400));
    String request = "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n\r\n";
    byte[] requests = request.repeat(1000).getBytes(ISO_8859_1);
    try (RunningServer impatient = RunningServer.with(timeouts);
        RawClient client = impatient.client()) {
      long before = memory();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (true) {
                    client.output().write(requests);
                    note(requests.length);
                  }
                } catch (IOException e) {
                  moved.set(-1);
                }
              });
      await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(moved).hasValue(-1));
      assertThat(impatient.clients()).isZero();
      assertThat(mostMemory.get() - before).as("memory").isLessThan(MAX_MEMORY);
    }
  }
}
