package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Request heads that are not served: the status, an answer that can be read and repeats nothing of
 * the request, the end of the connection, and no trace at the origin or in DNS.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedHeadTest {
  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @BeforeAll
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = TcpOrigin.echo();
  }

  @AfterAll
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.detour.MalformedHeads#repaired")
  void isRefusedAlthoughOthersWouldRepairIt(MalformedHeads.Row row) throws IOException {
    isRefused(row);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "io.detour.MalformedHeads#targets",
    "io.detour.MalformedHeads#fields",
    "io.detour.MalformedHeads#requestLines",
    "io.detour.MalformedAuthorities#connect",
    "io.detour.MalformedAuthorities#urls"
  })
  void isRefused(MalformedHeads.Row row) throws IOException {
    int dialled = origin.accepted();
    int lookedUp = proxy.dns().asked().size();
    String head = row.head().replace("PORT", String.valueOf(origin.port()));
    try (RawClient client = proxy.client()) {
      // C18: the request behind it is well and must never be executed.
      client.send(head + RawClient.connectHead(origin.authority()));

      ExpectedRefusal.assertRead(client, row.status());
    }
    assertThat(origin.accepted()).isEqualTo(dialled);
    assertThat(proxy.dns().asked()).hasSize(lookedUp);
  }

  @Test
  void theTableHasAtLeastTwoHundredRows() {
    List<MalformedHeads.Row> rows =
        Stream.of(
                MalformedHeads.targets(),
                MalformedHeads.fields(),
                MalformedHeads.requestLines(),
                MalformedHeads.repaired(),
                MalformedAuthorities.connect(),
                MalformedAuthorities.urls())
            .flatMap(group -> group)
            .toList();
    assertThat(rows).hasSizeGreaterThanOrEqualTo(200).doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "C06, C09: {0} is served")
  @ValueSource(strings = {"127.0.0.1:000PORT", "LOCALHOST.:PORT", "[::ffff:127.0.0.1]:PORT"})
  void unusualTargetsAreServed(String target) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead answer = client.tunnel(target.replace("PORT", String.valueOf(origin.port())));

      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("C20: an empty line in front of the head is accepted")
  void anEmptyLineInFrontIsAccepted() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("\r\n" + RawClient.connectHead(origin.authority()));

      assertThat(client.head().status()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("C16: the target decides, whatever Host says")
  void theTargetDecidesWhateverHostSays() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: other.test:1\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(200);
    }
    assertThat(proxy.dns().asked("other.test")).isEmpty();
  }

  @Test
  @DisplayName("C12: what was refused is logged without the request's text")
  void theLogDoesNotRepeatTheRequest() throws IOException {
    try (RunningServer other = RunningServer.withoutRules();
        RawClient client = other.client()) {
      client.send("CONNECT zq9x:secret@zq9x.test:443 HTTP/1.1\r\n" + MalformedHeads.HOST + "\r\n");

      ExpectedRefusal.assertRead(client, 400);
      assertThat(other.log().refusals())
          .singleElement()
          .satisfies(
              line -> assertThat(line.toString()).doesNotContain(MalformedHeads.MARK, "secret"));
      assertThat(other.metric("detour_requests_total", "kind=\"connect\"", "code=\"400\""))
          .isEqualTo(1);
    }
  }
}
