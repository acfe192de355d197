package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.ops.ledger.LedgerUrl;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients do, through the ledger, to the report of the admin interface. */
class ReportPagesTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @AfterAll
  static void stop() {
    CLIENT.close();
  }

  @Test
  void aTunnelIsInTheReportWithItsBytesAndWhoAsked() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(origin)) {
      try (RawClient client = proxy.client()) {
        client.send(
            "CONNECT Old.TEST:443 HTTP/1.1\r\nHost: old.test\r\nUser-Agent: =cmd|' /C\r\n\r\n");
        assertThat(client.head().status()).isEqualTo(200);
        client.send("hello").endOutput();
        assertThat(client.rest()).isEqualTo("hello");
      }
      awaitEntries(proxy, 1);

      JsonNode report = report(proxy, "?since=7d");
      assertThat(report.get("ledger").asString()).isEqualTo("sqlite");
      assertThat(report.get("since_days").asDouble()).isEqualTo(7);
      JsonNode rule = report.get("rules").get(0);
      assertThat(rule.get("rule").asString()).isEqualTo("moved");
      assertThat(rule.get("owner").asString()).isEqualTo("netops");
      assertThat(rule.get("in_force").asBoolean()).isTrue();
      assertThat(rule.get("verdict").asString()).isEqualTo("in_use");
      assertThat(report.get("rules").get(1).get("verdict").asString()).isEqualTo("unknown");
      JsonNode entry = report.get("entries").get(0);
      assertThat(entry.get("host").asString()).isEqualTo("old.test");
      assertThat(entry.get("client").asString()).isEqualTo("127.0.0.1");
      assertThat(entry.get("target").asString()).isEqualTo(origin.authority());
      assertThat(entry.get("user_agent").asString()).isEqualTo("=cmd|' /C");
      assertThat(entry.get("requests").asInt()).isOne();
      assertThat(entry.get("bytes_upstream").asInt()).isEqualTo(5);
      assertThat(entry.get("bytes_downstream").asInt()).isEqualTo(5);
    }
  }

  @Test
  @DisplayName("A05 a CSV for spreadsheets has no formulas")
  void theCsvHasNoFormulas() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(origin);
        RawClient client = proxy.client()) {
      client.send("CONNECT old.test:443 HTTP/1.1\r\nHost: old.test\r\nUser-Agent: =1+1\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(200);
      awaitEntries(proxy, 1);

      HttpResponse<String> csv = get(proxy, "?format=csv&by=client");
      assertThat(csv.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
      assertThat(csv.body()).contains("127.0.0.1").contains("'=1+1").doesNotContain(",=1");
      assertThat(get(proxy, "?format=csv").body()).startsWith("rule,suffix,verdict,");
      String byHost = get(proxy, "?format=csv&by=host").body();
      assertThat(byHost.lines()).hasSize(2);
      assertThat(byHost.lines().toList().getLast()).startsWith("old.test,moved,,1,");
    }
  }

  @Test
  void plainHttpCountsWhenItHasBeenAnswered() throws Exception {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer proxy = start(origin.authority());
        RawClient client = proxy.client()) {
      client.send("GET http://old.test/x HTTP/1.1\r\nHost: old.test\r\nConnection: close\r\n\r\n");
      client.rest();
      awaitEntries(proxy, 1);

      // Its bytes are told before it is, and may be written before it.
      await()
          .atMost(DEADLINE)
          .untilAsserted(
              () -> {
                JsonNode entry = report(proxy, "").get("entries").get(0);
                assertThat(entry.get("requests").asInt()).isOne();
                assertThat(entry.get("host").asString()).isEqualTo("old.test");
              });
    }
  }

  @Test
  @DisplayName("a normal stop loses nothing")
  void aStopLosesNothing() throws Exception {
    int uses = 300;
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(origin)) {
      for (int i = 0; i < uses; i++) {
        try (RawClient client = proxy.client()) {
          assertThat(client.tunnel("old.test:443").status()).isEqualTo(200);
        }
      }
    }
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer again = start(origin)) {
      awaitEntries(again, 1);
      assertThat(report(again, "").get("entries").get(0).get("requests").asInt()).isEqualTo(uses);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?since=0s", "?since=x", "?since=", "?since=99999d", "?format=xml", "?by=user"})
  void whatCannotBeReadIsSaid(String query) throws Exception {
    try (RunningServer proxy = RunningServer.withoutRules()) {
      HttpResponse<String> response = get(proxy, query);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("expected: ");
    }
  }

  @Test
  void aQueryThatIsNotEncodedIsSaidToBeSo() throws Exception {
    try (RunningServer proxy = RunningServer.withoutRules();
        RawClient client = RawClient.connect(proxy.adminAddress())) {
      client.send(
          "GET /report?format=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 400 ").endsWith("not well encoded\n");
    }
  }

  @Test
  @DisplayName("a tunnel that is open for long is told again and again, and nothing of it twice")
  void anOpenTunnelIsInTheLedgerWithWhatItHasMovedSoFar() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(origin);
        RawClient client = proxy.client()) {
      client.tunnel("old.test:443");
      client.send("hello");
      assertThat(client.read(5)).isEqualTo("hello");
      proxy.tunnels().accountSoFar();
      proxy.tunnels().accountSoFar();
      await()
          .atMost(DEADLINE)
          .ignoreExceptions()
          .until(() -> entry(proxy).get("bytes_downstream").asInt() == 5);

      client.send("abc").endOutput();
      assertThat(client.rest()).isEqualTo("abc");
      await().atMost(DEADLINE).until(() -> entry(proxy).get("bytes_downstream").asInt() == 8);
      assertThat(entry(proxy).get("bytes_upstream").asInt()).isEqualTo(8);
      assertThat(entry(proxy).get("requests").asInt()).isOne();
    }
  }

  private static JsonNode entry(RunningServer proxy) throws Exception {
    return report(proxy, "").get("entries").get(0);
  }

  @Test
  void withoutALedgerTheReportSaysSo() throws Exception {
    try (RunningServer proxy = RunningServer.withoutRules()) {
      JsonNode report = report(proxy, "");
      assertThat(report.get("ledger").asString()).isEqualTo("off");
      assertThat(report.get("rules").isEmpty()).isTrue();
      assertThat(report.get("entries").isEmpty()).isTrue();
    }
  }

  @Test
  void aLedgerThatCannotBeReadIsAnErrorOfThisPageAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("broken.db"), "this is no database");
    try (RunningServer proxy =
        RunningServer.with(options -> options.with(ConfigurationKey.LEDGER_URL, ledger(file)))) {
      HttpResponse<String> response = get(proxy, "");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("broken.db");
      assertThat(proxy.metric("detour_listener_connections_open")).isZero();
    }
  }

  private RunningServer start(TcpOrigin origin) throws IOException {
    return start(origin.authority());
  }

  private RunningServer start(String target) throws IOException {
    String rules =
        """
        version: 1
        rules:
          - name: moved
            owner: netops
            match: { host: { exact: old.test } }
            action: rewrite
            to: "%s"
          - { name: never, match: { host: { exact: never.test } }, action: reject }
        """
            .formatted(target);
    return RunningServer.start(
        rules,
        options -> options.with(ConfigurationKey.LEDGER_URL, ledger(folder.resolve("ledger.db"))));
  }

  private static LedgerUrl ledger(Path file) {
    return new LedgerUrl.Sqlite(file);
  }

  /** Until a batch has been written. */
  private static void awaitEntries(RunningServer proxy, int count) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(() -> report(proxy, "").get("entries_total").asInt() == count);
  }

  private static JsonNode report(RunningServer proxy, String query) throws Exception {
    HttpResponse<String> response = get(proxy, query);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private static HttpResponse<String> get(RunningServer proxy, String query) throws Exception {
    URI uri = URI.create("http://" + proxy.adminAuthority() + "/report" + query);
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
