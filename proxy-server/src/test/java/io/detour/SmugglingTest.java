package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.HttpOrigin.Asked;
import io.detour.SmugglingAttacks.Attack;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Framing attacks: the origin gets no whole request of them, or exactly the one that was meant. */
@Timeout(60)
class SmugglingTest {
  private static final String SMUGGLED = "GET http://ORIGIN/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final int NOTHING_MILLIS = 200;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private HttpOrigin origin;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = HttpOrigin.start();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  private String here(String bytes) {
    return bytes.replace("ORIGIN", origin.authority());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "io.detour.SmugglingAttacks#both",
    "io.detour.SmugglingAttacks#names",
    "io.detour.SmugglingAttacks#codings",
    "io.detour.SmugglingAttacks#lengths"
  })
  void aHeadIsRefusedAndNothingIsForwarded(Attack attack) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(here(attack.bytes() + SMUGGLED));

      ExpectedRefusal.assertRead(client, attack.status());
    }
    assertThat(origin.accepted()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.detour.SmugglingAttacks#chunked")
  void contentIsRefusedAndNoWholeRequestIsForwarded(Attack attack) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(here(attack.bytes() + SMUGGLED));

      ExpectedRefusal.assertRead(client, attack.status());
    }
    await().untilAsserted(() -> assertThat(origin.open()).isZero());
    assertThat(origin.asked()).isEmpty();
    assertThat(origin.begun()).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.detour.SmugglingAttacks#harmless")
  void oneRequestIsForwarded(Attack attack) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(here(attack.bytes()));

      assertThat(client.head().status()).isEqualTo(attack.status());
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(origin.asked()).extracting(Asked::body).containsExactly(attack.body());

      client.send(origin.request("GET", "/next", ""));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
    }
    assertThat(origin.asked())
        .extracting(Asked::line)
        .containsExactly("POST / HTTP/1.1", "GET /next HTTP/1.1");
  }

  @Test
  @DisplayName("F10: a request without a length has no content: what follows is another request")
  void aRequestWithoutALengthHasNoContent() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(origin.request("POST", "/1", "") + "GARBAGE\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      ExpectedRefusal.assertRead(client, 400);
    }
    assertThat(origin.asked()).hasSize(1);
  }

  @Test
  @DisplayName("F10: a pause does not end a request")
  void aPauseDoesNotEndARequest() throws IOException {
    String content = "GET /smuggled HTTP/1.1\r\n";
    try (RawClient client = proxy.client()) {
      client.send(origin.request("POST", "/", "Content-Length: " + content.length() + "\r\n"));
      assertNothingComes(client);
      client.send(content.substring(0, 10));
      assertNothingComes(client);
      client.send(content.substring(10));

      assertThat(client.head().status()).isEqualTo(200);
    }
    assertThat(origin.asked()).extracting(Asked::body).containsExactly(content);
  }

  /** The origin answers only what is whole. */
  private static void assertNothingComes(RawClient client) {
    assertThatThrownBy(() -> client.readWithin(NOTHING_MILLIS))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  @DisplayName("F10: what stands behind a refused request is never served")
  void nothingIsServedBehindARefusedRequest() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(
          origin.request("GET", "/1", "")
              + here("GET http://ORIGIN/2 HTTP/1.1\r\nHost : x\r\n\r\n" + SMUGGLED));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      ExpectedRefusal.assertRead(client, 400);
    }
    assertThat(origin.asked()).extracting(Asked::line).containsExactly("GET /1 HTTP/1.1");
  }

  @Test
  void theTableHasAtLeastSixtyRows() {
    assertThat(
            Stream.of(
                    SmugglingAttacks.both(),
                    SmugglingAttacks.names(),
                    SmugglingAttacks.codings(),
                    SmugglingAttacks.lengths(),
                    SmugglingAttacks.chunked(),
                    SmugglingAttacks.harmless())
                .flatMap(group -> group))
        .hasSizeGreaterThanOrEqualTo(60)
        .doesNotHaveDuplicates();
  }
}
