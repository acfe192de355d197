package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.ops.admin.AdminListener.Limits;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminListenerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1);

  /** More than the buffers of two loopback sockets hold. */
  private static final int LARGE = 24 * 1024 * 1024;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("admin", true), Transport.available().ioHandlers());

  private final AtomicInteger large = new AtomicInteger();
  private final List<Socket> sockets = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private AdminListener listener;

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    listener.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  private void start(Limits limits) throws IOException {
    listener =
        AdminListener.start(
            Transport.available(),
            loop.next(),
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
            limits,
            this::answer);
  }

  private CompletableFuture<Answer> answer(HttpRequest request) {
    if (request.uri().equals("/large")) {
      large.incrementAndGet();
      return CompletableFuture.completedFuture(Answer.page("text/plain", new byte[LARGE]));
    }
    return CompletableFuture.completedFuture(Answer.page("text/plain", "ok".getBytes(US_ASCII)));
  }

  @DisplayName("one connection that pipelines large answers and takes none has one made")
  @ParameterizedTest
  @ValueSource(ints = {2, 100, 3000})
  @Execution(CONCURRENT)
  void theNextRequestIsReadWhenTheAnswerIsTaken(int requests) throws Exception {
    start(Limits.DEFAULT);
    Socket greedy = connect();
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(() -> send(greedy, request("/large").repeat(requests)));
    await().atMost(LONG).until(() -> large.get() > 0);
    for (int i = 0; i < 20; i++) {
      assertOk(connect());
    }
    assertThat(large).hasValue(1);

    assertThat(takeAnswer(greedy)).isEqualTo(LARGE);
    assertThat(takeAnswer(greedy)).isEqualTo(LARGE);
    assertThat(large.get()).isBetween(2, 3);
    greedy.close();
    assertThat(sent.handle((done, reset) -> true).get(20, TimeUnit.SECONDS)).isTrue();
    assertOk(connect());
  }

  @Test
  @DisplayName("one connection too many closes the one without a request for the longest")
  @Execution(CONCURRENT)
  void oneConnectionTooManyClosesTheOldest() throws Exception {
    start(new Limits(3, LARGE, LONG, LONG));
    Socket first = connect();
    Socket second = connect();
    Socket third = connect();
    assertOk(first);
    assertOk(second);
    assertOk(third);
    assertOk(first);

    assertOk(connect());

    assertEnds(second);
    assertOk(first);
    assertOk(third);
  }

  @Test
  @DisplayName("a thousand idle connections hold few descriptors, and leave others served")
  @Execution(CONCURRENT)
  void idleConnectionsAreBounded() throws Exception {
    start(new Limits(8, LARGE, LONG, LONG));
    for (int i = 0; i < 1000; i++) {
      connect();
    }

    assertOk(connect());

    for (Socket idle : sockets.subList(0, 992)) {
      assertEnds(idle);
    }
  }

  @DisplayName("a request that comes byte by byte has the time of a request and no more")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
      })
  @Execution(CONCURRENT)
  void aRequestThatDribblesIsEnded(String begin) throws Exception {
    start(new Limits(8, LARGE, SHORT, LONG));
    Socket slow = connect();
    send(slow, begin);
    slow.setSoTimeout(10);

    assertThat(endsWhileItSends(slow)).isTrue();
  }

  @Test
  @DisplayName("a connection that asks for nothing is ended, at first and behind an answer")
  @Execution(CONCURRENT)
  void anIdleConnectionIsEnded() throws Exception {
    start(new Limits(8, LARGE, SHORT, LONG));
    Socket silent = connect();
    Socket kept = connect();
    assertOk(kept);

    assertEnds(silent);
    assertEnds(kept);
  }

  @Test
  @DisplayName("an answer that is not taken in its time is cut")
  @Execution(CONCURRENT)
  void anAnswerThatIsNotTakenIsCut() throws Exception {
    start(new Limits(8, LARGE, LONG, SHORT));
    Socket slow = connect();
    send(slow, request("/large"));
    await().atMost(LONG).until(() -> large.get() == 1);
    await("writing to it fails").atMost(LONG).until(() -> !isOpen(slow));

    assertThat(bytesUntilTheEnd(slow)).isLessThan(LARGE);
  }

  @Test
  @DisplayName("more in answers than there is room for cuts the oldest, and serves the new one")
  @Execution(CONCURRENT)
  void answersThatAreTakenAreBoundedTogether() throws Exception {
    start(new Limits(8, 2L * LARGE, LONG, LONG));
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket socket = connect();
      slow.add(socket);
      send(socket, request("/large"));
      int made = i + 1;
      await().atMost(LONG).until(() -> large.get() == made);
    }

    Socket quick = connect();
    send(quick, request("/large"));
    assertThat(takeAnswer(quick)).isEqualTo(LARGE);

    for (Socket cut : slow.subList(0, 3)) {
      assertThat(bytesUntilTheEnd(cut)).isLessThan(LARGE);
    }
    assertThat(takeAnswer(slow.get(3))).isEqualTo(LARGE);
  }

  @Test
  @DisplayName("a close ends connections that take no answer, or never get one")
  @Execution(CONCURRENT)
  void aCloseEndsWhateverHangs() throws Exception {
    start(Limits.DEFAULT);
    Socket slow = connect();
    send(slow, request("/large").repeat(50));
    Socket silent = connect();
    await().atMost(LONG).until(() -> large.get() == 1);
    assertOk(connect());

    listener.close();

    assertEnds(silent);
    assertThat(bytesUntilTheEnd(slow)).isLessThan(LARGE);
  }

  @Test
  @DisplayName("content is ignored within a bound, and refused beyond it without a reset")
  @Execution(CONCURRENT)
  void contentIsBounded() throws Exception {
    start(Limits.DEFAULT);
    String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    Socket small = connect();
    send(small, head + "1024\r\n\r\n" + "x".repeat(1024));
    assertOk(small);
    Socket expecting = connect();
    send(expecting, head + "1\r\nExpect: 100-continue\r\n\r\n");
    assertThat(readHead(expecting.getInputStream())).startsWith("HTTP/1.1 100 ");
    send(expecting, "x");
    assertThat(readHead(expecting.getInputStream())).startsWith("HTTP/1.1 200 ");

    Socket large = connect();
    send(large, head + "100000\r\n\r\n" + "x".repeat(100_000));
    assertThat(new String(large.getInputStream().readAllBytes(), US_ASCII))
        .startsWith("HTTP/1.1 413 ");
  }

  private Socket connect() throws IOException {
    Socket socket =
        new Socket(listener.localAddress().getAddress(), listener.localAddress().getPort());
    socket.setSoTimeout((int) LONG.toMillis());
    sockets.add(socket);
    return socket;
  }

  private static String request(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  private static void send(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(US_ASCII));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertOk(Socket socket) throws IOException {
    send(socket, request("/"));
    assertThat(takeAnswer(socket)).isEqualTo(2);
  }

  /** The length of the next answer's body, which is read. */
  private static long takeAnswer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    String head = readHead(in);
    assertThat(head).startsWith("HTTP/1.1 200 ");
    int start = head.indexOf("content-length: ") + "content-length: ".length();
    long length = Long.parseLong(head.substring(start, head.indexOf('\r', start)));
    in.skipNBytes(length);
    return length;
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      assertThat(next).as(head.toString()).isNotNegative();
      head.append((char) next);
    }
    return head.toString();
  }

  private static boolean endsWhileItSends(Socket socket) throws IOException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() - deadline < 0) {
      try {
        socket.getOutputStream().write('x');
        if (socket.getInputStream().read() < 0) {
          return true;
        }
      } catch (SocketTimeoutException stillOpen) {
        assertThat(stillOpen).isNotNull();
      } catch (SocketException reset) {
        return true;
      }
    }
    return false;
  }

  private static void assertEnds(Socket socket) throws IOException {
    assertThat(bytesUntilTheEnd(socket)).isZero();
  }

  /** How much comes until the connection ends or is reset. */
  private static long bytesUntilTheEnd(Socket socket) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long bytes = 0;
    try {
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        bytes += n;
      }
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
    return bytes;
  }

  /** Whether the other end still takes bytes, as far as is known. */
  private static boolean isOpen(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
