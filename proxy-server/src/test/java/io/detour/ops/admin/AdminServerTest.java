package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.core.Host;
import io.detour.core.relay.RelayEngine;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminServer.AdminContent;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.Ledger;
import io.detour.ops.metrics.Metrics;
import io.detour.ops.metrics.Metrics.BuildInfo;
import io.detour.rules.RuleSet;
import io.detour.rules.generate.PacOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AllowedHosts;
import io.detour.server.account.DialCounts;
import io.detour.server.account.RequestCounters;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.decide.ScriptedLoader;
import io.detour.server.log.FixedRelayStatistics;
import io.detour.server.log.RequestIds;
import io.detour.server.serve.AutoConfig;
import io.detour.server.serve.OpenTunnels;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class AdminServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();
  private final RulesInForce rules = new RulesInForce(RuleSet.empty());
  private final ScriptedLoader loader = new ScriptedLoader();
  private final Reloader reloader = new Reloader(loader, rules, InstantSource.system());
  private final RecordedControl control = new RecordedControl(reloader);
  private final RequestCounters requests = new RequestCounters(1);
  private final Throughput throughput =
      new Throughput(requests, new FixedRelayStatistics(), InstantSource.system());
  private final RelayEngine engine = new RelayEngine(RelayOptions.defaults());
  private final Metrics metrics =
      new Metrics(
          new BuildInfo("1", "r", "25"),
          rules,
          new TargetCertificates(),
          reloader::history,
          new RequestCounters(1),
          new FixedRelayStatistics(),
          new DialCounts(),
          Ledger.off(),
          control::isDraining);

  @SuppressWarnings("NullAway.Init")
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        AdminServer.start(
            Transport.available(),
            ANY_PORT,
            Set.of(Host.parse("detour.example.com").orElseThrow()),
            content(),
            control);
  }

  private AdminContent content() {
    return new AdminContent(
        metrics,
        pages(),
        serverPages(),
        new ReportPages(Ledger.off(), rules, Runnable::run, InstantSource.system(), ZoneOffset.UTC),
        "listen: []\n");
  }

  private RulePages pages() {
    return new RulePages(
        rules,
        new TargetCertificates(),
        AccessOptions.open(),
        Map.of(),
        new AutoConfig(
            rules,
            InstantSource.system(),
            Runnable::run,
            List.of(),
            new AllowedHosts(Set.of()),
            PacOptions.defaults()),
        InstantSource.system(),
        ZoneOffset.UTC);
  }

  private ServerPages serverPages() {
    return new ServerPages(
        new BuildInfo("1", "r", "25"),
        Instant.EPOCH,
        "enforce",
        rules,
        reloader::history,
        requests,
        new RequestIds(),
        new OpenTunnels(engine, InstantSource.system()),
        throughput,
        InstantSource.system(),
        ZoneOffset.UTC);
  }

  @AfterEach
  void stop() {
    server.close();
    reloader.close();
    metrics.close();
    engine.close();
    client.close();
  }

  @Test
  void theHistoryHasAValueOfEachSeriesForEachSample() throws Exception {
    long now = System.nanoTime();
    for (int i = 1; i <= 3; i++) {
      requests.loop(0).legacyUse();
      throughput.sample(now + i * 1_000_000_000L);
    }

    JsonNode history = JsonMapper.shared().readTree(send(request("/history")).body());
    for (String series :
        List.of(
            "bytes_upstream_per_second",
            "bytes_downstream_per_second",
            "tunnels",
            "requests_per_second",
            "legacy_per_second")) {
      assertThat(history.get(series)).as(series).hasSize(3);
    }
    assertThat(history.get("legacy_per_second").get(2).asDouble()).isEqualTo(1);
  }

  @Test
  void metricsAreServedInTheTextFormat() throws Exception {
    HttpResponse<String> response = send(request("/metrics"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(response.body()).contains("detour_tunnels_total{relay=\"splice\"} 30.0");
  }

  @Test
  void metricsAreServedAsOpenMetricsWhenAskedFor() throws Exception {
    HttpResponse<String> response =
        send(request("/metrics").header("Accept", "application/openmetrics-text; version=1.0.0"));
    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(response.body()).endsWith("# EOF\n");
  }

  @Test
  @DisplayName("A07 ready turns to 503 in a drain, healthy stays 200")
  void readinessFollowsTheDrain() throws Exception {
    assertThat(send(request("/readyz")).statusCode()).isEqualTo(200);
    control.drain();

    HttpResponse<String> ready = send(request("/readyz"));
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("draining\n");
    HttpResponse<String> health = send(request("/healthz"));
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body()).isEqualTo("ok\n");
  }

  @ParameterizedTest
  @CsvSource({
    "/, 200",
    "/healthz?verbose=1, 200",
    "/metrics/, 404",
    "/metricsx, 404",
    "/HEALTHZ, 404",
    "/../metrics, 404",
    "//metrics, 404",
    "/assets/page.js, 200",
    "/assets/page.js?x, 200",
    "/assets, 404",
    "/assets/, 404",
    "/assets/index.html, 404",
    "/assets/../page.js, 404",
    "/assets/%70age.js, 404",
    "/assets/..%2f..%2fAdminRoutes.class, 404"
  })
  void onlyTheRoutesAnswer(String target, int status) throws Exception {
    assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void browsersGetThePageAndOthersTheListOfPaths() throws Exception {
    HttpResponse<String> page =
        send(request("/").header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
    assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).startsWith("<!doctype html>");

    HttpResponse<String> list = send(request("/").header("Accept", "*/*"));
    assertThat(list.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(list.body()).contains("/metrics");
    assertThat(send(request("/")).body()).isEqualTo(list.body());
  }

  @DisplayName("the page may load its own files alone, and nobody may frame it")
  @ParameterizedTest
  @ValueSource(strings = {"/", "/assets/page.js", "/assets/uplot.js", "/assets/icon.svg"})
  void thePageHasAPolicy(String path) throws Exception {
    HttpResponse<String> response = send(request(path).header("Accept", "text/html"));
    assertThat(response.headers().firstValue("content-security-policy"))
        .contains(PageAssets.POLICY);
    assertThat(response.headers().firstValue("referrer-policy")).contains("no-referrer");
    assertThat(response.headers().firstValue("x-frame-options")).contains("DENY");
    assertThat(response.headers().firstValue("cache-control")).contains("no-store");
    assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
  }

  @Test
  void otherAnswersHaveNoPolicy() throws Exception {
    assertThat(send(request("/healthz")).headers().firstValue("content-security-policy")).isEmpty();
  }

  @DisplayName("A02 other methods than GET and HEAD are refused")
  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"})
  void otherMethodsAreRefused(String method) throws Exception {
    assertThat(raw(method + " /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"))
        .startsWith("HTTP/1.1 405 ")
        .containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
  }

  @Test
  @DisplayName("A01 it is no proxy")
  void connectIsRefused() throws Exception {
    assertThat(raw("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n"))
        .startsWith("HTTP/1.1 405 ");
    assertThat(raw("GET http://127.0.0.1/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n"))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void aReloadIsAnsweredWithOneLine() throws Exception {
    loader.accept("a", "b");

    HttpResponse<String> response = send(post("/-/reload"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("2 rules in force: 2 added (a, b)\n");
    assertThat(response.headers().firstValue("server")).contains("detour");
    assertThat(rules.current().rules().rules()).hasSize(2);
  }

  @Test
  @DisplayName("R02 a reload of bad rules is answered with every problem, and the metric is 0")
  void aReloadThatFailsIsAnsweredWithTheProblems() throws Exception {
    loader.refuse(2);

    HttpResponse<String> response = send(post("/-/reload"));

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(response.body())
        .isEqualTo(
            """
            rules.yaml:1:5: line 1 is wrong
            rules.yaml:2:5: line 2 is wrong
            2 problems, the rules in force stay
            """);
    assertThat(send(request("/metrics")).body())
        .contains(
            "detour_config_last_reload_successful 0.0",
            "detour_config_reloads_total{result=\"failure\"} 1.0");

    loader.accept("a");
    assertThat(send(post("/-/reload")).statusCode()).isEqualTo(200);
    assertThat(send(request("/metrics")).body())
        .contains(
            "detour_config_last_reload_successful 1.0",
            "detour_config_reloads_total{result=\"success\"} 1.0");
  }

  @DisplayName("A02 only a POST reloads, pauses and resumes")
  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
  void onlyAPostActs(String method) throws Exception {
    for (String path : List.of("/-/reload", "/-/pause", "/-/resume", "/-/drain")) {
      assertThat(raw(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"))
          .startsWith("HTTP/1.1 405 ")
          .containsIgnoringCase("\r\nallow: POST\r\n");
    }
    assertThat(loader.reads()).isZero();
    assertThat(control.isPaused()).isFalse();
  }

  @Test
  void aPauseIsNotReadyUntilItIsResumed() throws Exception {
    assertThat(send(post("/-/pause")).body()).isEqualTo("paused\n");
    assertThat(send(post("/-/pause")).statusCode()).isEqualTo(200);
    HttpResponse<String> paused = send(request("/readyz"));
    assertThat(paused.statusCode()).isEqualTo(503);
    assertThat(paused.body()).isEqualTo("paused\n");
    assertThat(send(request("/healthz")).statusCode()).isEqualTo(200);

    assertThat(send(post("/-/resume")).body()).isEqualTo("ready\n");
    assertThat(send(request("/readyz")).statusCode()).isEqualTo(200);
  }

  @Test
  void aDrainWinsOverAPause() throws Exception {
    assertThat(send(post("/-/pause")).statusCode()).isEqualTo(200);
    control.drain();

    assertThat(send(request("/readyz")).body()).isEqualTo("draining\n");
    assertThat(send(post("/-/resume")).body()).isEqualTo("draining\n");
    assertThat(send(request("/readyz")).statusCode()).isEqualTo(503);
  }

  @Test
  void anUnknownActionIsNotFound() throws Exception {
    assertThat(send(post("/-/explode")).statusCode()).isEqualTo(404);
  }

  @DisplayName("A02 no foreign page can have the rules reloaded")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example.net",
        "Host: localhost~Origin: http://evil.example.net",
        "Host: localhost~Origin: null"
      })
  void aForeignPageCannotReload(String fields) throws Exception {
    String head = "POST /-/reload HTTP/1.1\r\n" + fields.replace("~", "\r\n") + "\r\n";
    assertThat(raw(head + "Content-Length: 0\r\n")).startsWith("HTTP/1.1 403 ");
    assertThat(loader.reads()).isZero();
  }

  @Test
  void othersAreAnsweredWhileRulesAreRead() throws Exception {
    CountDownLatch gate = loader.hold();
    CompletableFuture<HttpResponse<String>> reload =
        client.sendAsync(post("/-/reload").build(), HttpResponse.BodyHandlers.ofString());
    loader.awaitBegun();

    assertThat(send(request("/healthz")).statusCode()).isEqualTo(200);
    assertThat(reload).isNotDone();

    gate.countDown();
    assertThat(reload.get(DEADLINE.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void requestsBehindAReloadOnOneConnectionAreAnsweredBehindIt() throws Exception {
    CountDownLatch gate = loader.hold();
    InetSocketAddress address = server.localAddress();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout((int) DEADLINE.toMillis());
      String reload = "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
      String health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
      String last = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write((reload + health + reload + last).getBytes(US_ASCII));
      loader.awaitBegun();
      assertThat(send(request("/healthz")).statusCode()).isEqualTo(200);
      assertThat(socket.getInputStream().available()).isZero();

      gate.countDown();

      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .containsSubsequence(
              "HTTP/1.1 200",
              "in force",
              "HTTP/1.1 200",
              "ok\n",
              "HTTP/1.1 200",
              "in force",
              "HTTP/1.1 404");
    }
  }

  @Test
  void aClientThatGoesAwayDoesNotEndTheReload() throws Exception {
    CountDownLatch gate = loader.hold();
    loader.accept("a");
    InetSocketAddress address = server.localAddress();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(US_ASCII));
      loader.awaitBegun();
    }
    gate.countDown();

    await().atMost(DEADLINE).until(() -> !rules.current().rules().rules().isEmpty());
  }

  @Test
  void headHasTheLengthButNoBody() throws Exception {
    HttpResponse<String> head =
        send(request("/healthz").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("content-length")).contains("3");
    assertThat(raw("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n")).endsWith("\r\n\r\n");
  }

  @DisplayName("A02 foreign Host, foreign Origin, no Host, two Hosts")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Host: detour.example.com:3129                       | 200
          Host: 127.0.0.1                                     | 200
          Host: evil.example.net                              | 403
          Host: 127.0.0.1.nip.io                              | 403
          Host: localhost~Origin: http://evil.example.net     | 403
          Host: localhost~Origin: null                        | 403
          Host: localhost~Origin: http://localhost:3129       | 403
          Host: localhost~Origin: http://127.0.0.1            | 403
          Host: localhost:1~Origin: http://localhost:1        | 200
          X: y                                                | 400
          Host: localhost~Host: localhost                     | 400
          """)
  void hostDecides(String fields, int status) throws Exception {
    assertThat(raw("GET /healthz HTTP/1.1\r\n" + fields.replace("~", "\r\n") + "\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void malformedAndOversizedHeadsAreAnsweredAndClosed() throws Exception {
    String longText = "x".repeat(9000);
    assertThat(raw("GET /" + longText + " HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + longText + "\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(raw("GET / HTTP/1.1\r\nHost : localhost\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("nonsense\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrderOnOneConnection() throws Exception {
    String two =
        exchange(
            String.join(
                "\r\n",
                "GET /healthz HTTP/1.1",
                "Host: localhost",
                "",
                "GET /nowhere HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "",
                ""));
    assertThat(two).startsWith("HTTP/1.1 200 ").containsSubsequence("ok\n", "HTTP/1.1 404 ");
  }

  @Test
  void aTakenAddressIsNamedWithItsCause() {
    InetSocketAddress taken = server.localAddress();
    assertThatThrownBy(
            () ->
                AdminServer.start(Transport.available(), taken, Set.of(), content(), control)
                    .close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("admin: cannot listen on 127.0.0.1:" + taken.getPort())
        .hasMessageContaining("Address already in use");
  }

  @Test
  void closeEndsTheListenerAndItsConnections() throws Exception {
    InetSocketAddress address = server.localAddress();
    try (Socket open = new Socket(address.getAddress(), address.getPort())) {
      open.setSoTimeout((int) DEADLINE.toMillis());
      open.getOutputStream()
          .write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("ok\n")) {
        answer.append((char) open.getInputStream().read());
      }
      server.close();
      assertThat(open.getInputStream().read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(ConnectException.class);
  }

  private HttpRequest.Builder post(String path) {
    return request(path).POST(HttpRequest.BodyPublishers.noBody());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.localAddress().getPort() + path))
        .timeout(DEADLINE);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A head without its last line, on a connection of its own, and all that comes back. */
  private String raw(String head) throws IOException {
    return exchange(head + "Connection: close\r\n\r\n");
  }

  private String exchange(String sent) throws IOException {
    InetSocketAddress address = server.localAddress();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout((int) DEADLINE.toMillis());
      socket.getOutputStream().write(sent.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }
}
