package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.rules.condition.PortRange;
import io.detour.server.access.AccessVariants;
import io.detour.server.access.PortSet;
import io.detour.server.dial.DeafListener;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are well formed and yet end in an answer that says why there is no tunnel. */
@Timeout(60)
class RefusedTunnelTest {
  private static final String HASH = "$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2";

  private static final String RULES =
      """
      version: 1
      rules:
        - name: gone
          match: { host: { suffix: dead.test } }
          action: reject
          message: moved, see the wiki
        - name: to-myself
          match: { host: { exact: self.test } }
          action: rewrite
          to: localhost
        - name: paused
          match: { host: { exact: paused.test } }
          action: pass
          brownout: { cron: "* * * * *", for: 1m }
        - name: numbered
          match: { host: { regex: 'n-([a-z]*)\\.old\\.test' } }
          action: rewrite
          to: "{1}.new.test"
      """;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.start(RULES);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  @DisplayName("D05: nothing listens at the target: 502 connection_refused")
  void aRefusedConnectionIsTold() throws IOException {
    String target = "127.0.0.1:" + LoopbackPort.refusing();

    assertRefused(proxy, target, 502, "detour; error=connection_refused; details=\"");
    assertThat(proxy.log().refusals())
        .containsExactly(
            Map.of(
                "level", "INFO",
                "client", "127.0.0.1",
                "requested", target,
                "target", target,
                "attempts", "1",
                "status", "502",
                "error", "connection_refused",
                "details", "the target refused the connection"));
    assertThat(proxy.metric("detour_requests_total", "kind=\"connect\"", "code=\"502\""))
        .isEqualTo(1);
    assertThat(proxy.metric("detour_request_errors_total", "error=\"connection_refused\""))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("D01: a name that does not exist: 502 dns_error with its rcode")
  void aNameThatDoesNotExistIsTold() throws IOException {
    assertRefused(proxy, "none.test:443", 502, "detour; error=dns_error; rcode=\"NXDOMAIN\"");
  }

  @Test
  @DisplayName("D01: a DNS server that fails: 502 dns_error with its rcode")
  void aFailingDnsServerIsTold() throws IOException {
    proxy.dns().fail("broken.test", DnsResponseCode.SERVFAIL);

    assertRefused(proxy, "broken.test:443", 502, "detour; error=dns_error; rcode=\"SERVFAIL\"");
  }

  @ParameterizedTest(name = "D03: {0} is not looked up: 502 dns_error")
  @ValueSource(strings = {"any.invalid", "any.onion"})
  void aReservedNameIsNotLookedUp(String name) throws IOException {
    assertRefused(proxy, name + ":443", 502, "detour; error=dns_error; rcode=\"NXDOMAIN\"");
    assertThat(proxy.dns().asked()).isEmpty();
  }

  @Test
  @DisplayName("D02: silence of the DNS server: 504 dns_timeout")
  void aSilentDnsServerTimesOut() throws IOException {
    try (RunningServer hasty =
        RunningServer.with(
            options -> options.with(ConfigurationKey.TIMEOUT_DNS, Duration.ofMillis(300)))) {
      hasty.dns().ignore("silent.test");

      assertRefused(hasty, "silent.test:443", 504, "detour; error=dns_timeout; ");
    }
  }

  @Test
  @DisplayName("D07: a target that answers no SYN: 504 connection_timeout")
  void aSilentTargetTimesOut() throws IOException {
    try (DeafListener deaf = DeafListener.start();
        RunningServer hasty =
            RunningServer.with(
                options ->
                    options.with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofMillis(300)))) {
      assertRefused(hasty, "127.0.0.1:" + deaf.port(), 504, "detour; error=connection_timeout; ");
    }
  }

  @ParameterizedTest(name = "D06: {0} has no route: 502 destination_ip_unroutable")
  @ValueSource(strings = {"255.255.255.255:443", "[ff02::1]:443"})
  void anAddressWithoutARouteIsTold(String target) throws IOException {
    assertRefused(proxy, target, 502, "detour; error=destination_ip_unroutable; ");
  }

  @ParameterizedTest(name = "C24: {0} at the proxy''s own port: 502 proxy_loop_detected")
  @ValueSource(
      strings = {
        "127.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "localhost",
        "detour.test",
        "self.test"
      })
  void ownListenersAreNotDialled(String host) throws IOException {
    proxy.dns().answer("detour.test", "127.0.0.1");
    String adminPort = proxy.adminAuthority().replaceFirst(".*:", "");

    assertRefused(
        proxy, host + ":" + proxy.address().getPort(), 502, "detour; error=proxy_loop_detected; ");
    assertRefused(proxy, host + ":" + adminPort, 502, "detour; error=proxy_loop_detected; ");
  }

  @Test
  void aRuleThatRejectsAnswersWithItsMessage() throws IOException {
    String body =
        assertRefused(
            proxy,
            "api.dead.test:443",
            403,
            "detour; error=http_request_denied; details=\"moved, see the wiki\"");

    assertThat(body).isEqualTo("403 Forbidden: moved, see the wiki\n");
    assertThat(proxy.dns().asked()).isEmpty();
    assertThat(proxy.metric("detour_rule_matches_total", "rule=\"gone\"")).isEqualTo(1);
  }

  @Test
  @DisplayName("W03: a template that yields no valid name: 502, and nothing is looked up")
  void aTemplateThatYieldsNoNameNeverReachesTheNetwork() throws IOException {
    assertRefused(proxy, "n-.old.test:443", 502, "detour; error=proxy_configuration_error; ");
    assertThat(proxy.dns().asked()).isEmpty();
  }

  @Test
  @DisplayName("T20: the answer is read although the client goes on uploading 1 MB")
  void theAnswerIsReadAlthoughTheClientGoesOnUploading() throws IOException {
    for (String target :
        List.of("127.0.0.1:" + LoopbackPort.refusing(), "none.test:443", "api.dead.test:443")) {
      try (RawClient client = proxy.client()) {
        client.send(connectHead(target));
        client.send(new byte[1 << 20]);

        assertThat(client.head().status()).isGreaterThanOrEqualTo(403);
        assertThat(client.rest()).endsWith("\n");
      }
    }
  }

  @ParameterizedTest(
      name = "C18: a request behind one for {1} that is answered {0} is never executed")
  @CsvSource({
    "400, none",
    "403, api.dead.test:443",
    "403, denied.test:25",
    "407, none.test:443",
    "502, none.test:443",
    "502, self.test:ADMIN",
    "503, paused.test:443",
    "504, silent.test:443"
  })
  void aRequestBehindARefusedOneIsNotExecuted(int status, String target, @TempDir Path folder)
      throws IOException {
    Path users = Files.writeString(folder.resolve("users"), "a:" + HASH + "\n");
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer strict =
            RunningServer.start(
                RULES,
                options ->
                    options
                        .with(ConfigurationKey.TIMEOUT_DNS, Duration.ofMillis(300))
                        .withAccess(
                            AccessVariants.users(options.access(), status == 407 ? users : null)
                                .withPorts(
                                    new PortSet(List.of(new PortRange(26, 65535))),
                                    PortSet.any())));
        RawClient client = strict.client()) {
      strict.dns().ignore("silent.test");
      String admin = strict.adminAuthority().replaceFirst(".*:", "");
      client.send(connectHead(target.replace("ADMIN", admin)) + connectHead(origin.authority()));

      assertThat(client.head().status()).isEqualTo(status);
      assertThat(client.rest()).startsWith(status + " ").doesNotContain("HTTP/1.1");
      assertThat(origin.accepted()).isZero();
    }
  }

  /** Asks for a tunnel and expects this refusal and then the end; the body. */
  private static String assertRefused(
      RunningServer proxy, String target, int status, String proxyStatus) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel(target);

      assertThat(head.status()).isEqualTo(status);
      assertThat(head.field("Proxy-Status")).startsWith(proxyStatus);
      assertThat(head.field("Connection")).isEqualTo("close");
      String body = client.rest();
      assertThat(head.field("Content-Length")).isEqualTo(String.valueOf(body.length()));
      return body;
    }
  }
}
