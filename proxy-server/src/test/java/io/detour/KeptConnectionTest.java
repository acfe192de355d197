package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.HttpOrigin.Asked;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a connection to an origin serves another request of the same client, and when not. */
@Timeout(60)
class KeptConnectionTest {
  private static final String MOVED =
      """
      version: 1
      rules:
        - { name: moved, match: { host: { exact: old.test } }, action: rewrite, to: localhost }
      """;

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

  private static void assertHello(RawClient client) throws IOException {
    ResponseHead answer = client.head();
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(client.read(5)).isEqualTo("hello");
  }

  @Test
  @DisplayName("F24: another host gets another connection, and another client its own")
  void onlyTheSameClientAndHostShareAConnection() throws IOException {
    try (HttpOrigin one = HttpOrigin.start();
        HttpOrigin two = HttpOrigin.start();
        RawClient client = proxy.client();
        RawClient another = proxy.client()) {
      for (HttpOrigin each : List.of(one, one, two, one)) {
        assertHello(client.send(each.request("GET", "/", "")));
      }
      assertThat(one.accepted()).isEqualTo(2);
      assertThat(two.accepted()).isEqualTo(1);

      assertHello(another.send(one.request("GET", "/", "")));
      assertThat(one.accepted()).isEqualTo(3);
    }
  }

  @ParameterizedTest(name = "F24: {0} is sent again when the kept connection has gone stale")
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
  void anIdempotentRequestIsSentAgain(String method) throws IOException {
    try (StaleOrigin origin = new StaleOrigin();
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/1", ""));
      assertThat(client.head().status()).isEqualTo(200);

      client.send(origin.request(method, "/2", ""));
      assertThat(client.head().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest(name = "F24: {0} never takes a kept connection, and arrives once")
  @ValueSource(strings = {"POST", "PATCH", "PUT"})
  void whatCannotBeSentAgainGetsANewConnection(String method) throws IOException {
    try (StaleOrigin origin = new StaleOrigin();
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/1", ""));
      assertThat(client.head().status()).isEqualTo(200);

      client.send(origin.request(method, "/2", "Content-Length: 3\r\n") + "abc");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(origin.lines()).filteredOn(line -> line.startsWith(method)).hasSize(1);
    }
  }

  /** Keeps each connection after its first answer, and closes it when a second request comes. */
  private static final class StaleOrigin implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final TcpOrigin listener =
        TcpOrigin.start(
            connection -> {
              InputStream in = connection.getInputStream();
              byte[] request = new byte[4096];
              int read = in.read(request);
              lines.add(new String(request, 0, read, ISO_8859_1));
              connection
                  .getOutputStream()
                  .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
              in.read(request);
            });

    StaleOrigin() throws IOException {}

    List<String> lines() {
      return lines;
    }

    String request(String method, String path, String fields) {
      return method
          + " http://"
          + listener.authority()
          + path
          + " HTTP/1.1\r\nHost: x\r\n"
          + fields
          + "\r\n";
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @Test
  @DisplayName("F24: a new connection that breaks is no reason to ask twice")
  void nothingIsSentAgainOnANewConnection() throws IOException {
    try (HttpOrigin origin = HttpOrigin.answering(request -> "");
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.field("Proxy-Status")).contains("error=connection_terminated");
      assertThat(origin.asked()).hasSize(1);
    }
  }

  @Test
  @DisplayName("F24: a connection that the origin has closed while it rested is not used")
  void aClosedConnectionIsNotUsed() throws IOException {
    try (HttpOrigin origin = HttpOrigin.closingBehind(HttpOrigin.HELLO);
        RawClient client = proxy.client()) {
      for (int i = 1; i <= 3; i++) {
        assertHello(client.send(origin.request("POST", "/" + i, "Content-Length: 0\r\n")));
        await().untilAsserted(() -> assertThat(origin.open()).isZero());
      }
      assertThat(origin.asked())
          .extracting(Asked::line)
          .containsExactly("POST /1 HTTP/1.1", "POST /2 HTTP/1.1", "POST /3 HTTP/1.1");
    }
  }

  @ParameterizedTest(name = "F24: a response with \"{0}\" is the last on its connection")
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nConnection: close", "HTTP/1.0 200 OK"})
  void aConnectionThatEndsIsNotKept(String start) throws IOException {
    try (HttpOrigin origin =
            HttpOrigin.answering(request -> start + "\r\nContent-Length: 5\r\n\r\nhello");
        RawClient client = proxy.client()) {
      assertHello(client.send(origin.request("GET", "/1", "")));
      assertHello(client.send(origin.request("GET", "/2", "")));
      assertThat(origin.accepted()).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("F24: bytes behind a response answer no other request")
  void surplusBytesAnswerNothing() throws IOException {
    String poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    try (HttpOrigin origin = HttpOrigin.answering(request -> HttpOrigin.HELLO + poison);
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/1", "") + origin.request("GET", "/2", ""));
      assertHello(client);
      assertHello(client);
      assertHello(client.send(origin.request("GET", "/3", "Connection: close\r\n")));
      assertThat(client.rest()).isEmpty();
      assertThat(origin.accepted()).isEqualTo(3);
    }
  }

  @Test
  @DisplayName("F24: bytes behind a response that the client has not taken yet answer nothing")
  void surplusBytesAnswerNothingWhileTheClientIsSlow() throws IOException {
    int length = 16 << 20;
    String large = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + "x".repeat(length);
    String poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    try (HttpOrigin origin =
            HttpOrigin.answering(
                request -> request.line().contains("/1 ") ? large + poison : HttpOrigin.HELLO);
        RawClient client = proxy.client()) {
      client.send(
          origin.request("GET", "/1", "") + origin.request("GET", "/2", "Connection: close\r\n"));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(length)).hasSize(length);

      assertHello(client);
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  @DisplayName("F24: an answer that comes late, behind a response, is never given to a request")
  void aLateAnswerIsNotUsed() throws IOException {
    CountDownLatch say = new CountDownLatch(1);
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[4096]);
                  connection.getOutputStream().write(HttpOrigin.HELLO.getBytes(ISO_8859_1));
                  try {
                    say.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  connection.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(ISO_8859_1));
                  connection.getInputStream().read(new byte[4096]);
                });
        RawClient client = proxy.client()) {
      String request = "GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
      assertHello(client.send(request));
      say.countDown();
      await().untilAsserted(() -> assertThat(origin.open()).isZero());

      assertHello(client.send(request));
      assertThat(origin.accepted()).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("F24: the connection to the origin goes with its client")
  void theConnectionGoesWithItsClient() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start()) {
      try (RawClient client = proxy.client()) {
        assertHello(client.send(origin.request("GET", "/", "")));
        assertThat(origin.open()).isEqualTo(1);
      }
      await().untilAsserted(() -> assertThat(origin.open()).isZero());
    }
  }

  @Test
  @DisplayName("a kept connection that a request cannot use is closed before another is made")
  void whatIsNotUsedIsClosedAtOnce() throws IOException {
    AtomicReference<HttpOrigin> itself = new AtomicReference<>();
    try (HttpOrigin origin =
            HttpOrigin.answering(
                request -> {
                  if (request.line().startsWith("POST")) {
                    await().until(() -> itself.get().open() == 1);
                  }
                  return HttpOrigin.HELLO;
                });
        RawClient client = proxy.client()) {
      itself.set(origin);
      assertHello(client.send(origin.request("GET", "/", "")));

      assertHello(client.send(origin.request("POST", "/", "Content-Length: 3\r\n") + "abc"));
      assertThat(origin.accepted()).isEqualTo(2);
    }
  }

  @ParameterizedTest(
      name = "F24: a kept connection that ends behind \"{0}\" is no reason to ask twice")
  @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\nX: par"})
  void nothingIsSentAgainBehindAPartOfAnAnswer(String part) throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    try (HttpOrigin origin =
            HttpOrigin.answering(
                request -> {
                  asked.add(request.line());
                  return asked.size() == 1 ? HttpOrigin.HELLO : part;
                });
        RawClient client = proxy.client()) {
      assertHello(client.send(origin.request("GET", "/1", "")));

      client.send(origin.request("DELETE", "/2", ""));
      await().until(() -> asked.size() == 2);
      origin.endConnections();

      assertThat(client.head().status()).isEqualTo(502);
      assertThat(asked).hasSize(2);
    }
  }

  @Test
  @DisplayName("a request on a kept connection is a use of its rule without an attempt")
  void aRequestOnAKeptConnectionIsAUse() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer ruled = RunningServer.start(MOVED);
        RawClient client = ruled.client()) {
      String request =
          origin.request("GET", "/", "").replace("http://127.0.0.1:", "http://old.test:");
      assertHello(client.send(request));
      assertHello(client.send(request));

      await().until(() -> ruled.log().uses().size() == 2);
      assertThat(ruled.log().uses().getLast())
          .containsEntry("target", "localhost:" + origin.port())
          .doesNotContainKey("attempts");
      assertThat(origin.accepted()).isOne();
    }
  }

  @Test
  @DisplayName("a request that is sent again is one use of its rule")
  void aRequestThatIsSentAgainIsOneUse() throws IOException {
    try (StaleOrigin origin = new StaleOrigin();
        RunningServer ruled = RunningServer.start(MOVED);
        RawClient client = ruled.client()) {
      String request =
          origin.request("GET", "/", "").replace("http://127.0.0.1:", "http://old.test:");
      assertThat(client.send(request).head().status()).isEqualTo(200);
      assertThat(client.send(request).head().status()).isEqualTo(200);

      assertThat(origin.lines()).hasSize(2);
      await().until(() -> ruled.log().uses().size() == 2);
      assertThat(ruled.log().uses())
          .as("the second dial is the one that is told")
          .extracting(line -> line.get("attempts"))
          .containsExactly("1", "1");
    }
  }
}
