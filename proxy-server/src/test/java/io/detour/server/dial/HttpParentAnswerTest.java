package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.status.DialError;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a parent that speaks HTTP answers instead of yes. */
@Timeout(60)
class HttpParentAnswerTest {
  private static final HostPort TARGET = target("target.test", 443);
  private static final String OK = "HTTP/1.1 200 Connection established\r\n\r\n";

  private final DialFixture fixture = new DialFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "101, PARENT_ANSWER",
    "302, PARENT_ANSWER",
    "400, PARENT_ANSWER",
    "403, DENIED",
    "404, DESTINATION_UNAVAILABLE",
    "405, PARENT_CONFIGURATION",
    "408, CONNECTION_TIMEOUT",
    "418, PARENT_ANSWER",
    "429, DESTINATION_UNAVAILABLE",
    "451, DENIED",
    "500, DESTINATION_UNAVAILABLE",
    "501, PARENT_CONFIGURATION",
    "502, CONNECTION_REFUSED",
    "503, DESTINATION_UNAVAILABLE",
    "504, CONNECTION_TIMEOUT",
    "999, PARENT_ANSWER",
  })
  void aStatusTellsWhatHappened(int status, DialError error) throws IOException {
    Failed failed = failed(answering("HTTP/1.1 " + status + " Nope\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(error);
    assertThat(failed.details()).isEqualTo("the parent proxy answered " + status);
    assertThat(failed.attempts()).isEqualTo(1);
    assertThat(failed.connectNanos()).isPositive();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "dns_timeout,               DNS_TIMEOUT",
    "dns_error,                 DNS_ERROR",
    "destination_not_found,     DESTINATION_UNAVAILABLE",
    "destination_unavailable,   DESTINATION_UNAVAILABLE",
    "destination_ip_prohibited, DESTINATION_IP_PROHIBITED",
    "destination_ip_unroutable, DESTINATION_IP_UNROUTABLE",
    "connection_refused,        CONNECTION_REFUSED",
    "connection_terminated,     CONNECTION_TERMINATED",
    "connection_timeout,        CONNECTION_TIMEOUT",
    "connection_read_timeout,   CONNECTION_TIMEOUT",
    "connection_limit_reached,  DESTINATION_UNAVAILABLE",
    "http_request_denied,       DENIED",
    "proxy_internal_error,      DESTINATION_UNAVAILABLE",
    "proxy_loop_detected,       PROXY_LOOP",
  })
  void theParentsOwnReasonBeatsTheStatus(String token, DialError error) throws IOException {
    Failed failed =
        failed(answering("HTTP/1.1 500 X\r\nProxy-Status: parent; error=" + token + "\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(error);
    assertThat(failed.details()).isEqualTo("the parent proxy answered 500 " + token);
  }

  @Test
  void theParentsDnsResponseCodeIsPassedOn() throws IOException {
    Failed failed =
        failed(
            answering(
                "HTTP/1.1 502 X\r\nProxy-Status: p; error=dns_error; rcode=\"NXDOMAIN\"\r\n\r\n"));

    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"http_protocol_error", "of_our_own"})
  void aReasonThatSaysNothingLeavesTheStatus(String token) throws IOException {
    Failed failed =
        failed(answering("HTTP/1.1 504 X\r\nProxy-Status: p; error=" + token + "\r\n\r\n"));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
  }

  @Test
  @Tag("D10")
  void wrongCredentialsAreToldWithoutThem() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.answering("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic\r\n\r\n"));
    Parent known = parent.with(Parent.Protocol.HTTP, "me", "secret");

    Failed failed = failed(fixture.dial(known, TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.error().status()).isEqualTo(502);
    assertThat(failed.error().type().token()).isEqualTo("proxy_configuration_error");
    assertThat(failed.details()).isEqualTo("the parent proxy refused Detour's credentials");
    assertThat(
            fixture
                .options
                .with(ConfigurationKey.PARENTS, Map.of("dc", known))
                .dialOptions()
                .toString())
        .contains("***")
        .doesNotContain("secret")
        .doesNotContain("me:");
  }

  @Test
  void missingCredentialsAreTold() throws IOException {
    assertThat(failed(answering("HTTP/1.1 407 X\r\n\r\n")).details())
        .isEqualTo("the parent proxy wants credentials and none are configured");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "HTTP/1.1 502 X\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 502 X\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 502 X\r\n\r\nthe body has only begun",
      })
  void nobodyWaitsForTheBodyOfAnError(String answer) throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(answer, end));

    assertThat(failed(fixture.dial(parent.http(), TARGET)).error())
        .isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(DialFixture.await(end)).isNegative();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "RTSP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: LONG\r\n\r\n",
        "HTTP/1.1 200 LONG\r\n\r\n",
        "LONG",
      })
  void whatIsNoAnswerOfAnHttpProxyIsTold(String answer) throws IOException {
    Failed failed = failed(answering(answer.replace("LONG", "x".repeat(20_000))));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_ANSWER);
    assertThat(failed.details()).contains("not that of an HTTP proxy");
  }

  @Test
  void interimAnswersHaveABound() throws IOException {
    assertThat(failed(answering("HTTP/1.1 103 X\r\n\r\n".repeat(11) + OK)).error())
        .isEqualTo(DialError.PARENT_ANSWER);
  }

  @ParameterizedTest(name = "[{0}]")
  @ValueSource(strings = {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nVia"})
  @Tag("D12")
  void aParentThatEndsWithoutAnAnswerIsTold(String part) throws IOException {
    Failed failed = failed(answering(part));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TERMINATED);
    assertThat(failed.details()).contains("the parent proxy closed the connection");
  }

  @Test
  @Tag("D12")
  void aParentThatResetsIsTold() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.head(connection);
                  connection.setOption(StandardSocketOptions.SO_LINGER, 0);
                }));

    assertThat(failed(fixture.dial(parent.http(), TARGET)).error())
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }

  private DialResult answering(String answer) throws IOException {
    return fixture.dial(fixture.keep(ScriptedParent.answering(answer)).http(), TARGET);
  }
}
