package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus reads the metrics page, in the format that it asks for by itself. */
@Timeout(60)
class PrometheusScrapeTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int STOP_SECONDS = 10;

  /** The value of an instant vector of one element. */
  private static final Pattern VALUE = Pattern.compile("\"value\":\\[[0-9.]+,\"([^\"]+)\"]");

  private static final String RULES =
      """
      version: 1
      rules:
        - name: erp
          match: { host: { exact: [erp.old.test] } }
          action: rewrite
          to: erp.new.test
      """;

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private Process prometheus;

  private int port;

  @BeforeEach
  void start() throws IOException {
    Tool tool = Tool.ofPackage("prometheus", "prometheus");
    proxy = RunningServer.start(RULES);
    proxy.dns().answer("erp.new.test", "127.0.0.1");
    port = LoopbackPort.free();
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            scrape_configs:
              - job_name: detour
                scrape_interval: 200ms
                scrape_timeout: 200ms
                static_configs: [{ targets: ["%s"] }]
            """
                .formatted(proxy.adminAuthority()));
    prometheus =
        tool.start(
            folder.resolve("prometheus.log"),
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port);
  }

  @AfterEach
  void stop() throws InterruptedException {
    http.close();
    if (prometheus != null) {
      prometheus.destroy();
      if (!prometheus.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        prometheus.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      }
    }
    if (proxy != null) {
      proxy.close();
    }
  }

  @Test
  void prometheusReadsEverySeries() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient open = proxy.client()) {
      try (RawClient ended = proxy.client()) {
        ended.tunnel("erp.old.test:" + origin.port());
        assertThat(ended.send("ping").endOutput().rest()).isEqualTo("ping");
      }
      assertThat(open.tunnel("erp.old.test:" + origin.port()).status()).isEqualTo(200);

      awaitValue("sum(detour_rule_matches_total{rule=\"erp\"})", 2);
      awaitValue("sum(detour_tunnels_open)", 1);
      awaitValue("sum(detour_tunnels_total)", 1);
      awaitValue("sum(detour_requests_total{kind=\"connect\",code=\"200\"})", 2);
      awaitValue("sum(detour_relayed_bytes_total{direction=\"downstream\"})", 4);
    }
    awaitValue("up{job=\"detour\"}", 1);
    assertThat(get("/api/v1/targets")).contains("\"health\":\"up\"", "\"lastError\":\"\"");
    assertThat(Files.readString(folder.resolve("prometheus.log")))
        .doesNotContain("level=error", "Error on ingesting", "append failed");
  }

  private void awaitValue(String query, double expected) {
    await(query)
        .atMost(DEADLINE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertThat(value(query)).isEqualTo(expected));
  }

  private double value(String query) throws Exception {
    String answer = get("/api/v1/query?query=" + URLEncoder.encode(query, UTF_8));
    Matcher value = VALUE.matcher(answer);
    assertThat(value.find()).as(answer).isTrue();
    return Double.parseDouble(value.group(1));
  }

  private String get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).timeout(DEADLINE).build(), BodyHandlers.ofString())
        .body();
  }
}
