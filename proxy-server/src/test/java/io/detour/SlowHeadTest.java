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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  @Tag("Q16")
  @DisplayName("L01: a client that says nothing is closed without a word, counted, and not logged")
  void silenceIsNotAnswered() throws IOException {
    long start = System.nanoTime();
    try (RawClient client = proxy.client()) {
      assertThat(client.rest()).isEmpty();
    }
    assertInTime(start);
    assertThat(proxy.metrics().lines()).contains("detour_silent_clients_total 1.0");
    assertThat(proxy.metric("detour_requests_total")).isZero();
    assertThat(proxy.metric("detour_request_errors_total")).isZero();
    assertThat(proxy.log().refusals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "CONNECT a:443 HTTP/1.1\r\n", "\r\nGET"})
  @Tag("Q16")
  @DisplayName("L01: a head that has begun is answered 408")
  void aBegunHeadIsAnswered(String begun) throws IOException {
    long start = System.nanoTime();
    try (RawClient client = proxy.client()) {
      assertTimedOut(client.send(begun).head(), client.rest(), start);
    }
    assertThat(proxy.metric("detour_requests_total", "code=\"408\"")).isEqualTo(1);
    assertThat(proxy.metrics().lines()).contains("detour_silent_clients_total 0.0");
    assertThat(proxy.log().refusals()).hasSize(1);
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
    assertInTime(startNanos);
    assertThat(head.status()).isEqualTo(408);
    assertThat(head.field("Connection")).isEqualTo("close");
    assertThat(head.field("Proxy-Status")).startsWith("detour; error=http_request_error; ");
    assertThat(body).startsWith("408 ").hasLineCount(1);
  }

  private static void assertInTime(long startNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
    assertThat(took).isBetween(HEAD_TIMEOUT, HEAD_TIMEOUT.plus(SLACK));
  }

  @Test
  void aTunnelOutlivesTheTimeoutOfItsHead() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client();
        RawClient silent = proxy.client()) {
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      assertThat(silent.rest()).isEmpty();

      assertThat(client.send("still here").read(10)).isEqualTo("still here");
    }
  }
}
