package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.Mode;
import io.detour.server.dial.DeafListener;
import io.detour.server.dial.Parent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a rewrite leads in a running server: the asked name, parents, what worked last. */
@Timeout(60)
class RouteThroughServerTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin asked;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin renamed;

  @BeforeEach
  void start() throws IOException {
    asked = TcpOrigin.saying("asked");
    renamed = TcpOrigin.saying("renamed");
  }

  @AfterEach
  void stop() throws IOException {
    asked.close();
    renamed.close();
  }

  private static String rules(String host, String targets) {
    return """
    version: 1
    rules:
      - name: erp
        match: { host: { exact: %s } }
        action: rewrite
        %s
    """
        .formatted(host, targets);
  }

  private String onFailure(String host) {
    return rules(host, "when: on_failure\n    to: \"" + renamed.authority() + "\"");
  }

  @Test
  void onFailureTheAskedNameIsTriedFirst() throws IOException {
    try (RunningServer proxy = RunningServer.start(onFailure("erp.old.test"))) {
      proxy.dns().answer("erp.old.test", "127.0.0.1");
      try (RawClient client = proxy.client()) {
        assertThat(client.tunnel("erp.old.test:" + asked.port()).fields())
            .doesNotContainKey("proxy-status");
        assertThat(client.rest()).isEqualTo("asked");
      }
      assertUse(proxy, "erp.old.test:" + asked.port(), 1);
      assertThat(connects(proxy, "asked", "success")).isEqualTo(1);
      assertThat(renamed.accepted()).isZero();
    }
  }

  @Test
  void onFailureOfTheAskedNameTheTargetIsTried() throws IOException {
    try (RunningServer proxy = RunningServer.start(onFailure("erp.old.test"));
        RawClient client = proxy.client()) {
      assertThat(client.tunnel("erp.old.test:443").field("Proxy-Status"))
          .isEqualTo("detour; next-hop=\"" + renamed.authority() + "\"");
      assertThat(client.rest()).isEqualTo("renamed");

      assertUse(proxy, renamed.authority(), 2);
      assertThat(connects(proxy, "asked", "failure")).isEqualTo(1);
      assertThat(connects(proxy, "0", "success")).isEqualTo(1);
      assertThat(proxy.metric("detour_rule_fallbacks_total", "error=\"dns_error\"")).isEqualTo(1);
    }
  }

  @Test
  @Tag("C24")
  void aLoopIsNotAFailureAfterWhichAnotherTargetIsTried() throws IOException {
    try (RunningServer proxy = RunningServer.start(onFailure("127.0.0.1"));
        RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel(proxy.authority());

      assertThat(head.status()).isEqualTo(502);
      assertThat(head.field("Proxy-Status")).contains("error=proxy_loop_detected");
      assertUse(proxy, proxy.authority(), 1);
      assertThat(proxy.metric("detour_rule_fallbacks_total")).isZero();
      assertThat(renamed.accepted()).isZero();
    }
  }

  @Test
  void whatAParentDeniesIsNotTriedElsewhere() throws IOException {
    String denying =
        """
        version: 1
        rules: [{ name: gone, match: { host: { exact: gone.test } }, action: reject }]
        """;
    String rules =
        rules(
            "erp.old.test",
            "targets: [{ to: gone.test, via: dc }, { to: \"" + renamed.authority() + "\" }]");
    try (RunningServer parent = RunningServer.start(denying);
        RunningServer proxy = through(parent, rules)) {
      assertThat(proxy.answer("erp.old.test:443")).isEqualTo("403");
      assertThat(renamed.accepted()).isZero();
    }
  }

  @Test
  void theAskedNameMayBeTheLastTarget() throws IOException {
    String dead = "127.0.0.1:" + LoopbackPort.refusing();
    String rules = rules("erp.old.test", "targets: [{ to: \"" + dead + "\" }, { to: original }]");
    try (RunningServer proxy = RunningServer.start(rules)) {
      proxy.dns().answer("erp.old.test", "127.0.0.1");

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");

      assertUse(proxy, "erp.old.test:" + asked.port(), 2);
      assertThat(connects(proxy, "1", "success")).isEqualTo(1);
    }
  }

  @Test
  void aParentLooksTheAskedNameUp() throws IOException {
    String rules = rules("erp.old.test", "targets: [{ to: original, via: dc }]");
    try (RunningServer parent = RunningServer.withoutRules();
        RunningServer proxy = through(parent, rules)) {
      parent.dns().answer("erp.old.test", "127.0.0.1");

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");

      assertThat(proxy.dns().asked()).isEmpty();
      assertThat(parent.metric("detour_requests_total", "kind=\"connect\"", "code=\"200\""))
          .isEqualTo(1);
      assertThat(connects(proxy, "0", "success")).isEqualTo(1);
    }
  }

  @Test
  void theTargetThatWorkedIsTriedFirstUntilRulesChange() throws Exception {
    String dead = "127.0.0.1:" + LoopbackPort.refusing();
    String rules =
        rules(
            "erp.old.test",
            "targets: [{ to: \"" + dead + "\" }, { to: \"" + renamed.authority() + "\" }]");
    try (ReloadingServer reloading =
        ReloadingServer.start(
            folder, rules, Mode.ENFORCE, options -> options.with(ConfigurationKey.THREADS, 1))) {
      RunningServer proxy = reloading.server();
      assertThat(proxy.answer("erp.old.test:443")).isEqualTo("renamed");
      assertThat(proxy.answer("erp.old.test:443")).isEqualTo("renamed");
      assertThat(attempts(proxy)).containsExactly("2", "1");
      assertThat(connects(proxy, "0", "failure")).isEqualTo(1);
      assertThat(connects(proxy, "1", "success")).isEqualTo(2);

      reloading.reload();
      assertThat(proxy.answer("erp.old.test:443")).isEqualTo("renamed");
      assertThat(attempts(proxy)).containsExactly("2", "1", "1");

      reloading.write(rules.replace("rules:", "defaults: { unmatched: reject }\nrules:"));
      reloading.reload();
      assertThat(proxy.answer("erp.old.test:443")).isEqualTo("renamed");
      assertThat(attempts(proxy)).containsExactly("2", "1", "1", "2");
      assertThat(connects(proxy, "0", "failure")).isEqualTo(2);
    }
  }

  @Test
  @Tag("T19")
  void whatFailedBeforeTheClientWentAwayIsCountedAndLoggedOnce() throws Exception {
    String dead = "127.0.0.1:" + LoopbackPort.refusing();
    try (DeafListener deaf = DeafListener.start()) {
      long fillers = SocketTable.connecting(deaf.port());
      String silent = "127.0.0.1:" + deaf.port();
      String targets =
          "targets: [{ to: \"%s\" }, { to: \"%s\" }, { to: \"%s\" }]"
              .formatted(dead, silent, renamed.authority());
      try (RunningServer proxy =
              RunningServer.start(
                  rules("erp.old.test", targets),
                  options -> options.with(ConfigurationKey.TIMEOUT_CONNECT, LONG));
          RawClient client = proxy.client()) {
        client.send(connectHead("erp.old.test:443"));
        await().until(() -> SocketTable.connecting(deaf.port()) > fillers);

        client.reset();

        await().until(() -> !proxy.log().uses().isEmpty());
        await().until(() -> proxy.clients() == 0);
        assertUse(proxy, silent, 2);
        assertThat(connects(proxy, "0", "failure")).isEqualTo(1);
        assertThat(proxy.metric("detour_rule_target_connects_total")).isEqualTo(1);
        assertThat(proxy.metric("detour_rule_fallbacks_total", "error=\"connection_refused\""))
            .isEqualTo(1);
        assertThat(renamed.accepted()).isZero();
      }
    }
  }

  private static RunningServer through(RunningServer parent, String rules) throws IOException {
    HostPort address = HostPort.parse(parent.authority()).orElseThrow();
    Parent dc = new Parent(Parent.Protocol.HTTP, address, null);
    return RunningServer.start(
        rules, options -> options.with(ConfigurationKey.PARENTS, Map.of("dc", dc)));
  }

  private static void assertUse(RunningServer proxy, String target, int attempts) {
    assertThat(proxy.log().uses())
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .containsEntry("rule", "erp")
                    .containsEntry("target", target)
                    .containsEntry("attempts", String.valueOf(attempts)));
  }

  private static List<String> attempts(RunningServer proxy) {
    return proxy.log().uses().stream().map(line -> String.valueOf(line.get("attempts"))).toList();
  }

  private static double connects(RunningServer proxy, String target, String result)
      throws IOException {
    return proxy.metric(
        "detour_rule_target_connects_total",
        "rule=\"erp\"",
        "target=\"" + target + "\"",
        "result=\"" + result + "\"");
  }
}
