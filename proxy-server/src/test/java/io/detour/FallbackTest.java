package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.FallbackError;
import io.detour.server.dial.DeafListener;
import io.detour.server.dial.Parent;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every failure after which the next target is tried, made by what really fails. */
@Timeout(60)
class FallbackTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin second;

  @BeforeEach
  void start() throws IOException {
    second = keep(TcpOrigin.saying("second"));
  }

  @AfterEach
  void stop() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  /** How the first target fails. */
  enum Failure {
    NXDOMAIN(FallbackError.DNS_ERROR, 502),
    SERVFAIL(FallbackError.DNS_ERROR, 502),
    DNS_SILENCE(FallbackError.DNS_TIMEOUT, 504),
    REFUSED_PORT(FallbackError.CONNECTION_REFUSED, 502),
    DROPPED_SYN(FallbackError.CONNECTION_TIMEOUT, 504),
    NO_ROUTE(FallbackError.DESTINATION_IP_UNROUTABLE, 502),
    PARENT_CLOSES(FallbackError.CONNECTION_TERMINATED, 502),
    PARENT_503(FallbackError.DESTINATION_UNAVAILABLE, 503);

    final FallbackError error;
    final int status;

    Failure(FallbackError error, int status) {
      this.error = error;
      this.status = status;
    }
  }

  @ParameterizedTest(name = "{0}: without fallback_on the next target is tried")
  @EnumSource(Failure.class)
  void everyFailureLeadsToTheNextTarget(Failure failure) throws IOException {
    assertFallsBack(failure, "");
  }

  @ParameterizedTest(name = "{0}: fallback_on with its error: the next target is tried")
  @EnumSource(Failure.class)
  void aListedFailureLeadsToTheNextTarget(Failure failure) throws IOException {
    assertFallsBack(failure, "fallback_on: " + failure.error.token());
  }

  @ParameterizedTest(name = "{0}: fallback_on with all but its error: the client is told")
  @EnumSource(Failure.class)
  void aFailureThatIsNotListedStopsThere(Failure failure) throws IOException {
    Set<FallbackError> others = EnumSet.complementOf(EnumSet.of(failure.error));
    assertStops(
        failure,
        others.stream()
            .map(FallbackError::token)
            .collect(Collectors.joining(", ", "fallback_on: [", "]")));
  }

  @ParameterizedTest(name = "{0}: fallback_on: []: the client is told")
  @EnumSource(Failure.class)
  void withAnEmptyListNoFailureLeadsOn(Failure failure) throws IOException {
    assertStops(failure, "fallback_on: []");
  }

  private void assertFallsBack(Failure failure, String fallbackOn) throws IOException {
    String first = target(failure);
    RunningServer proxy = serve(failure, first, fallbackOn);

    assertThat(proxy.answer("erp.old.test:443")).isEqualTo("second");

    assertThat(proxy.log().uses())
        .containsExactly(
            Map.of(
                "level",
                "INFO",
                "client",
                "127.0.0.1",
                "requested",
                "erp.old.test:443",
                "rule",
                "erp",
                "action",
                "rewrite",
                "mode",
                "enforce",
                "target",
                second.authority(),
                "attempts",
                "2",
                "status",
                "200"));
    assertThat(connects(proxy, 0, "failure")).isEqualTo(1);
    assertThat(connects(proxy, 0, "success")).isZero();
    assertThat(connects(proxy, 1, "failure")).isZero();
    assertThat(connects(proxy, 1, "success")).isEqualTo(1);
    assertThat(fallbacks(proxy, failure.error)).isEqualTo(1);
    assertThat(proxy.metric("detour_rule_fallbacks_total")).isEqualTo(1);
    assertThat(proxy.metric("detour_request_errors_total")).isZero();
  }

  private void assertStops(Failure failure, String fallbackOn) throws IOException {
    String first = target(failure);
    RunningServer proxy = serve(failure, first, fallbackOn);
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel("erp.old.test:443");

      assertThat(head.status()).isEqualTo(failure.status);
      assertThat(head.field("Proxy-Status"))
          .startsWith("detour; error=" + failure.error.token() + ";");
    }
    assertThat(proxy.log().uses())
        .singleElement()
        .satisfies(
            line -> assertThat(line).containsEntry("target", first).containsEntry("attempts", "1"));
    assertThat(second.accepted()).isZero();
    assertThat(connects(proxy, 0, "failure")).isEqualTo(1);
    assertThat(connects(proxy, 1, "failure") + connects(proxy, 1, "success")).isZero();
    assertThat(proxy.metric("detour_rule_fallbacks_total")).isZero();
    assertThat(
            proxy.metric("detour_request_errors_total", "error=\"" + failure.error.token() + "\""))
        .isEqualTo(1);
  }

  private String target(Failure failure) throws IOException {
    return switch (failure) {
      case NXDOMAIN, SERVFAIL, DNS_SILENCE, PARENT_CLOSES, PARENT_503 -> "failing.test:443";
      case REFUSED_PORT -> "127.0.0.1:" + LoopbackPort.refusing();
      case DROPPED_SYN -> "127.0.0.1:" + keep(DeafListener.start()).port();
      case NO_ROUTE -> "224.0.0.1:443";
    };
  }

  private RunningServer serve(Failure failure, String first, String fallbackOn) throws IOException {
    Map<String, Parent> parents =
        switch (failure) {
          case PARENT_CLOSES -> Map.of("dc", parent(""));
          case PARENT_503 -> Map.of("dc", parent("HTTP/1.1 503 X\r\n\r\n"));
          case NXDOMAIN, SERVFAIL, DNS_SILENCE, REFUSED_PORT, DROPPED_SYN, NO_ROUTE -> Map.of();
        };
    RunningServer proxy =
        keep(
            RunningServer.start(
                """
                version: 1
                rules:
                  - name: erp
                    match: { host: { exact: erp.old.test } }
                    action: rewrite
                    targets:
                      - { to: "%s"%s }
                      - { to: "%s" }
                    %s
                """
                    .formatted(
                        first,
                        parents.isEmpty() ? "" : ", via: dc",
                        second.authority(),
                        fallbackOn),
                options ->
                    options
                        .with(ConfigurationKey.TIMEOUT_DNS, SHORT)
                        .with(ConfigurationKey.TIMEOUT_CONNECT, SHORT)
                        .with(ConfigurationKey.PARENTS, parents)));
    switch (failure) {
      case SERVFAIL -> proxy.dns().fail("failing.test", DnsResponseCode.SERVFAIL);
      case DNS_SILENCE -> proxy.dns().ignore("failing.test");
      case NXDOMAIN, REFUSED_PORT, DROPPED_SYN, NO_ROUTE, PARENT_CLOSES, PARENT_503 -> {}
    }
    return proxy;
  }

  private Parent parent(String answer) throws IOException {
    TcpOrigin parent =
        keep(
            TcpOrigin.start(
                connection -> {
                  readHead(connection);
                  connection.getOutputStream().write(answer.getBytes(UTF_8));
                }));
    return new Parent(Parent.Protocol.HTTP, HostPort.parse(parent.authority()).orElseThrow(), null);
  }

  private static void readHead(Socket connection) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) connection.getInputStream().read());
    }
  }

  private static double connects(RunningServer proxy, int target, String result)
      throws IOException {
    return proxy.metric(
        "detour_rule_target_connects_total",
        "rule=\"erp\"",
        "target=\"" + target + "\"",
        "result=\"" + result + "\"");
  }

  private static double fallbacks(RunningServer proxy, FallbackError error) throws IOException {
    return proxy.metric(
        "detour_rule_fallbacks_total", "rule=\"erp\"", "error=\"" + error.token() + "\"");
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }
}
