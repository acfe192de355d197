package io.detour;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A head has to be there in time as a whole. */
@Timeout(60)
class SlowHeadTest {
  private static final Duration HEAD_TIMEOUT = Duration.ofMillis(600);
  private static final Duration SLACK = Duration.ofSeconds(3);
  private static final int PACE_MILLIS = 50;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy =
        RunningServer.with(options -> options.with(ConfigurationKey.TIMEOUT_HEAD, HEAD_TIMEOUT));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  @DisplayName("L01: a client that says nothing is answered 408")
  void silenceIsAnswered() throws IOException {
    long start = System.nanoTime();
    try (RawClient client = proxy.client()) {
      assertTimedOut(client.head(), client.rest(), start);
    }
    assertThat(proxy.metric("detour_requests_total", "code=\"408\"")).isEqualTo(1);
  }

  @Test
  @DisplayName("L01: a head that trickles in is answered 408 at the same deadline")
  void aTrickleIsAnsweredAtTheSameDeadline() throws IOException {
    long start = System.nanoTime();
    try (RawClient client = proxy.client()) {
      int first = trickle(client);

      assertThat(first).isEqualTo('H');
      String answer = "H" + client.rest();
      int bodyStart = answer.indexOf("\r\n\r\n") + 4;
      assertTimedOut(
          ResponseHead.of(answer.substring(0, bodyStart)), answer.substring(bodyStart), start);
    }
  }

  /** Sends a byte whenever none has come for a while; the first that comes. */
  private static int trickle(RawClient client) throws IOException {
    String head = "CONNECT a:443 HTTP/1.1\r\nX: " + "a".repeat(1000);
    for (byte next : head.getBytes(US_ASCII)) {
      client.send(new byte[] {next});
      try {
        return client.readWithin(PACE_MILLIS);
      } catch (SocketTimeoutException nothingYet) {
        // The next byte is due.
      }
    }
    throw new AssertionError("no answer while the head trickled in");
  }

  private static void assertTimedOut(ResponseHead head, String body, long startNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
    assertThat(head.status()).isEqualTo(408);
    assertThat(head.field("Connection")).isEqualTo("close");
    assertThat(head.field("Proxy-Status")).startsWith("detour; error=http_request_error; ");
    assertThat(body).startsWith("408 ").hasLineCount(1);
    assertThat(took).isBetween(HEAD_TIMEOUT, HEAD_TIMEOUT.plus(SLACK));
  }

  @Test
  void aTunnelOutlivesTheTimeoutOfItsHead() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client();
        RawClient silent = proxy.client()) {
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      assertThat(silent.head().status()).isEqualTo(408);

      assertThat(client.send("still here").read(10)).isEqualTo("still here");
    }
  }
}
