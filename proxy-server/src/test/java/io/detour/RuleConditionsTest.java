package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests a rule takes, and what becomes of those that none takes, by real clients. */
@Timeout(60)
class RuleConditionsTest {
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

  @Test
  void aRuleForAPortLeavesOtherPortsAlone() throws IOException {
    try (TcpOrigin other = TcpOrigin.saying("other");
        RunningServer proxy = serve("port: " + asked.port(), "")) {
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("renamed");
      assertThat(proxy.answer("erp.old.test:" + other.port())).isEqualTo("other");
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"erp\"")).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "client {0}: from 127.0.0.1 {1}, from 127.0.0.2 {2}")
  @CsvSource({
    "127.0.0.2,        asked,   renamed",
    "127.0.0.0/8,      renamed, renamed",
    "127.0.0.0/31,     renamed, asked",
    "'10.0.0.0/8, ::1', asked,   asked",
  })
  void aRuleForClientsLeavesOthersAlone(String clients, String one, String two) throws IOException {
    try (RunningServer proxy = serve("client: [" + quoted(clients) + "]", "")) {
      assertThat(proxy.answer("127.0.0.1", "erp.old.test:" + asked.port())).isEqualTo(one);
      assertThat(proxy.answer("127.0.0.2", "erp.old.test:" + asked.port())).isEqualTo(two);
    }
  }

  private static String quoted(String list) {
    return "\"" + list.replace(", ", "\", \"") + "\"";
  }

  @Test
  void aClientStaysInOrOutOfARolloutAndMoreOnlyAddsClients() throws Exception {
    String half = rules("", "rollout: { percent: 50 }");
    try (ReloadingServer reloading = ReloadingServer.start(folder, half)) {
      reloading.server().dns().answer("erp.old.test", "127.0.0.1");
      Map<String, String> first = answers(reloading.server());
      assertThat(first.values()).contains("asked", "renamed");
      assertThat(answers(reloading.server())).isEqualTo(first);

      reloading.write(half.replace("50", "75"));
      reloading.reload();

      Map<String, String> more = answers(reloading.server());
      assertThat(more).isNotEqualTo(first);
      first.forEach(
          (client, answer) -> {
            if (answer.equals("renamed")) {
              assertThat(more).containsEntry(client, answer);
            }
          });
    }
  }

  private Map<String, String> answers(RunningServer proxy) throws IOException {
    List<String> clients = IntStream.range(1, 25).mapToObj(i -> "127.0.0." + i).toList();
    Map<String, String> answers = new TreeMap<>();
    for (String client : clients) {
      answers.put(client, proxy.answer(client, "erp.old.test:" + asked.port()));
    }
    return answers;
  }

  @Test
  void aLegacyNameWithoutARuleIsPassedLoggedAndCounted() throws IOException {
    String rules =
        """
        version: 1
        defaults: { legacy_suffixes: [old.test, .corp.test] }
        rules: [{ name: erp, match: { host: { exact: erp.old.test } }, action: reject }]
        """;
    try (RunningServer proxy = RunningServer.start(rules)) {
      proxy.dns().answer("forgotten.old.test", "127.0.0.1").answer("corp.test", "127.0.0.1");

      assertThat(proxy.answer("forgotten.old.test:" + asked.port())).isEqualTo("asked");
      assertThat(proxy.answer("corp.test:" + asked.port())).isEqualTo("asked");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("403");

      assertThat(proxy.log().uses())
          .filteredOn(line -> line.containsKey("suffix"))
          .containsExactly(
              Map.of(
                  "level", "INFO",
                  "client", "127.0.0.1",
                  "requested", "forgotten.old.test:" + asked.port(),
                  "suffix", "old.test",
                  "target", "forgotten.old.test:" + asked.port(),
                  "attempts", "1",
                  "status", "200"));
      assertThat(proxy.metrics())
          .contains(
              "detour_unmatched_legacy_requests_total{suffix=\"old.test\"} 1.0",
              "detour_unmatched_legacy_requests_total{suffix=\".corp.test\"} 0.0");
    }
  }

  @ParameterizedTest(name = "W03 {0}: 502, counted, and nothing is dialled")
  @CsvSource({
    "an empty label,      {prefix}.new.test,               old.test",
    "a long label,        app-{prefix}.new.test,           LONG.old.test",
    "a long name,         {prefix}.LONG.new.test,          LONG.LONG.LONG.old.test",
    "a number at the end, new.{prefix},                    07.old.test",
  })
  void aTemplateThatMakesNoHostIsDialledNowhere(String what, String to, String host)
      throws IOException {
    String rules =
        """
        version: 1
        rules:
          - name: zone
            match: { host: { suffix: old.test } }
            action: rewrite
            to: "%s"
        """
            .formatted(withLongLabels(to));
    String name = withLongLabels(host);
    try (RunningServer proxy = RunningServer.start(rules);
        RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel(name + ":" + asked.port());

      assertThat(head.status()).isEqualTo(502);
      assertThat(head.field("Proxy-Status")).contains("error=proxy_configuration_error");
      assertThat(proxy.metric("detour_request_errors_total", "error=\"proxy_configuration_error\""))
          .isEqualTo(1);
      assertThat(proxy.dns().asked()).isEmpty();
      assertThat(asked.accepted()).isZero();
      assertThat(proxy.log().uses())
          .singleElement()
          .satisfies(line -> assertThat(line).doesNotContainKeys("target", "attempts"));
    }
  }

  private static String withLongLabels(String name) {
    return name.replace("LONG", "x".repeat(63));
  }

  @Test
  @Tag("W06")
  void rulesThatLeadToEachOtherLeadOnce() throws IOException {
    String rules =
        """
        version: 1
        rules:
          - { name: a, match: { host: { exact: a.test } }, action: rewrite, to: b.test }
          - { name: b, match: { host: { exact: b.test } }, action: rewrite, to: a.test }
        """;
    try (RunningServer proxy = RunningServer.start(rules);
        RawClient client = proxy.client()) {
      proxy.dns().answer("b.test", "127.0.0.1");

      assertThat(client.tunnel("a.test:" + asked.port()).field("Proxy-Status"))
          .isEqualTo("detour; next-hop=\"b.test:" + asked.port() + "\"");

      assertThat(client.rest()).isEqualTo("asked");
      assertThat(proxy.dns().asked("a.test")).isEmpty();
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"a\"")).isEqualTo(1);
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"b\"")).isZero();
    }
  }

  private RunningServer serve(String condition, String more) throws IOException {
    RunningServer proxy = RunningServer.start(rules(condition, more));
    proxy.dns().answer("erp.old.test", "127.0.0.1");
    return proxy;
  }

  private String rules(String condition, String more) {
    return """
    version: 1
    rules:
      - name: erp
        match: { host: { exact: erp.old.test }, %s }
        action: rewrite
        to: "127.0.0.1:%d"
        %s
    """
        .formatted(condition, renamed.port(), more);
  }
}
