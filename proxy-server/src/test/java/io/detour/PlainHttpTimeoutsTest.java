package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.server.serve.ClientTimeouts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;

/** Nobody is waited for longer than it says. */
@Timeout(60)
class PlainHttpTimeoutsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final int PACE_MILLIS = 50;

  @SuppressWarnings("NullAway.Init")
  private HttpOrigin origin;

  @BeforeEach
  void start() throws IOException {
    origin = HttpOrigin.start();
  }

  @AfterEach
  void stop() throws IOException {
    origin.close();
  }

  private static RunningServer with(Duration head, Duration idle, Duration body, Duration response)
      throws IOException {
    ClientTimeouts timeouts = new ClientTimeouts(head, idle, body, response, LONG);
    return RunningServer.with(timeouts);
  }

  /** Sends bytes one by one until an answer comes, which it returns. */
  private static String trickle(RawClient client, String bytes) throws IOException {
    for (byte next : bytes.getBytes(ISO_8859_1)) {
      client.send(new byte[] {next});
      try {
        return (char) client.readWithin(PACE_MILLIS) + client.rest();
      } catch (SocketTimeoutException nothingYet) {
        // The next byte is due.
      }
    }
    throw new AssertionError("no answer while the bytes trickled in");
  }

  private static void assertHello(RawClient client) throws IOException {
    assertThat(client.head().status()).isEqualTo(200);
    assertThat(client.read(5)).isEqualTo("hello");
  }

  @Test
  @DisplayName("L01: a later head has its own deadline, from its first byte")
  @Execution(CONCURRENT)
  void aLaterHeadIsAnsweredAtItsDeadline() throws IOException {
    try (RunningServer proxy = with(SHORT, LONG, LONG, LONG);
        RawClient client = proxy.client()) {
      assertHello(client.send(origin.request("GET", "/", "")));

      assertThat(trickle(client, origin.request("GET", "/", "X: " + "x".repeat(1000) + "\r\n")))
          .startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  @DisplayName("L01: an idle connection is closed without a word")
  @Execution(CONCURRENT)
  void anIdleConnectionIsClosed() throws IOException {
    try (RunningServer proxy = with(LONG, SHORT, LONG, LONG);
        RawClient client = proxy.client()) {
      assertHello(client.send(origin.request("GET", "/", "")));

      assertThat(client.rest()).isEmpty();
      await().untilAsserted(() -> assertThat(origin.open()).isZero());
    }
  }

  @Test
  @DisplayName("L03: content that trickles in is answered 408")
  @Execution(CONCURRENT)
  void contentThatTricklesIsRefused() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, SHORT, LONG);
        RawClient client = proxy.client()) {
      client.send(origin.request("POST", "/", "Content-Length: 900\r\n"));

      assertThat(trickle(client, "x".repeat(900))).startsWith("HTTP/1.1 408 ");
    }
    await().untilAsserted(() -> assertThat(origin.open()).isZero());
    assertThat(origin.asked()).isEmpty();
  }

  @Test
  @DisplayName("L03: content of 1 KiB in each period is waited for")
  @Execution(CONCURRENT)
  void slowContentIsWaitedFor() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, SHORT.multipliedBy(2), LONG);
        RawClient client = proxy.client()) {
      int pieces = 20;
      client.send(origin.request("POST", "/", "Content-Length: " + pieces * 2048 + "\r\n"));
      for (int i = 1; i < pieces; i++) {
        client.send(new byte[2048]);
        assertNothing(client);
      }
      client.send(new byte[2048]);
      assertHello(client);
    }
  }

  private static void assertNothing(RawClient client) throws IOException {
    try {
      assertThat(client.readWithin(2 * PACE_MILLIS)).as("an early answer").isEqualTo(-2);
    } catch (SocketTimeoutException nothing) {
      // The proxy waits, as it should.
    }
  }

  @Test
  @DisplayName("D12: an origin that does not answer is 504, and the client goes on")
  @Execution(CONCURRENT)
  void aSilentOriginIsAnError() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, LONG, SHORT);
        TcpOrigin silent =
            TcpOrigin.start(connection -> connection.getInputStream().readAllBytes());
        RawClient client = proxy.client()) {
      client.send("GET http://" + silent.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.field("Proxy-Status"))
          .contains("error=http_response_timeout", "(timeouts.response)");
      client.read(Integer.parseInt(answer.field("Content-Length")));
      await().untilAsserted(() -> assertThat(silent.open()).isZero());
      assertHello(client.send(origin.request("GET", "/", "")));
    }
  }

  @Test
  @DisplayName("D12: an origin that falls silent within its response is cut")
  @Execution(CONCURRENT)
  void anOriginThatFallsSilentIsCut() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, LONG, SHORT);
        TcpOrigin silent =
            TcpOrigin.start(
                connection -> {
                  connection
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello".getBytes(ISO_8859_1));
                  connection.getInputStream().readAllBytes();
                });
        RawClient client = proxy.client()) {
      client.send("GET http://" + silent.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertHello(client);

      ExpectedCut.assertCut(client);
      await().untilAsserted(() -> assertThat(silent.open()).isZero());
      assertThat(proxy.metric("detour_request_errors_total", "connection_read_timeout"))
          .isEqualTo(1);
    }
  }

  @Test
  @DisplayName("L03: a client that waits for 100 (Continue) is not late")
  @Execution(CONCURRENT)
  void aClientThatWaitsForContinueIsNotLate() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, SHORT, LONG);
        TcpOrigin slow =
            TcpOrigin.start(
                connection -> {
                  InputStream in = connection.getInputStream();
                  in.read(new byte[4096]);
                  assertNothingComes(connection, SHORT.multipliedBy(3));
                  OutputStream out = connection.getOutputStream();
                  out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
                  in.readNBytes(5);
                  out.write(HttpOrigin.HELLO.getBytes(ISO_8859_1));
                });
        RawClient client = proxy.client()) {
      client.send(expecting(slow));

      assertThat(client.head().status()).isEqualTo(100);
      assertHello(client.send("12345"));
    }
  }

  @Test
  @DisplayName("L03: a client that sends nothing behind 100 (Continue) is")
  @Execution(CONCURRENT)
  void aClientThatSendsNothingBehindContinueIsLate() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, SHORT, LONG);
        TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
                  connection.getInputStream().readAllBytes();
                });
        RawClient client = proxy.client()) {
      client.send(expecting(origin));

      assertThat(client.head().status()).isEqualTo(100);
      assertThat(client.head().status()).isEqualTo(408);
    }
  }

  @Test
  @DisplayName("D12: an origin that does not say whether it wants the content is 504")
  @Execution(CONCURRENT)
  void anOriginThatDoesNotContinueIsAnError() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, LONG, SHORT);
        TcpOrigin silent =
            TcpOrigin.start(connection -> connection.getInputStream().readAllBytes());
        RawClient client = proxy.client()) {
      client.send(expecting(silent));

      assertThat(client.head().status()).isEqualTo(504);
    }
  }

  private static String expecting(TcpOrigin origin) {
    return "POST http://"
        + origin.authority()
        + "/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  }

  @Test
  @DisplayName("L03: once the response has begun, missing content does not end it")
  @Execution(CONCURRENT)
  void anEarlyResponseIsNotEndedByMissingContent() throws IOException {
    try (RunningServer proxy = with(LONG, LONG, SHORT, LONG);
        TcpOrigin early =
            TcpOrigin.start(
                connection -> {
                  connection.getInputStream().read(new byte[4096]);
                  OutputStream out = connection.getOutputStream();
                  out.write(
                      "HTTP/1.1 413 Large\r\nContent-Length: 10\r\n\r\nhello".getBytes(ISO_8859_1));
                  assertNothingComes(connection, SHORT.multipliedBy(3));
                  out.write("world".getBytes(ISO_8859_1));
                });
        RawClient client = proxy.client()) {
      client.send(
          "POST http://"
              + early.authority()
              + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(413);
      assertThat(client.rest()).isEqualTo("helloworld");
    }
  }

  /** The proxy neither sends to the origin nor leaves it for so long. */
  private static void assertNothingComes(Socket connection, Duration time) throws IOException {
    int before = connection.getSoTimeout();
    connection.setSoTimeout((int) time.toMillis());
    assertThatThrownBy(() -> connection.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    connection.setSoTimeout(before);
  }
}
