package io.detour.ops.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.core.CloseReason;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.Ledger;
import io.detour.server.account.DialCounts;
import io.detour.server.account.RequestCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RuleTexts;
import io.detour.server.decide.RulesInForce;
import io.detour.server.log.FixedRelayStatistics;
import io.detour.server.status.ProxyErrorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: erp, match: { host: { exact: erp.test } }, action: rewrite, to: new.test }
        - { name: gone, match: { host: { exact: gone.test } }, action: reject }
      """;

  private final RulesInForce rules = new RulesInForce(RuleTexts.parsed(RULES));
  private final RequestCounters counters = new RequestCounters(2);
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Metrics metrics =
      new Metrics(
          new Metrics.BuildInfo("0.1.0", "abc1234", "25.0.1"),
          rules,
          new TargetCertificates(),
          () -> new Reloader.History(0, 0, Instant.ofEpochSecond(1_800_000_000), null),
          counters,
          new FixedRelayStatistics(),
          new DialCounts(),
          Ledger.off(),
          draining::get);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void thePageShowsWhatTheRelayDid() {
    assertThat(page())
        .contains(
            "detour_tunnels_open{relay=\"splice\"} 20.0",
            "detour_tunnels_open{relay=\"copy\"} 21.0",
            "detour_tunnels_total{relay=\"splice\"} 30.0",
            "detour_tunnels_total{relay=\"copy\"} 31.0",
            "detour_relayed_bytes_total{direction=\"upstream\",relay=\"splice\"} 1.000000000001E12",
            "detour_relayed_bytes_total{direction=\"downstream\",relay=\"copy\"} 1.000000000012E12",
            "detour_splice_pipes{state=\"leased\"} 50.0",
            "detour_splice_pipes{state=\"pooled\"} 51.0",
            "detour_splice_pipes_limit 52.0",
            "detour_tunnel_closes_total{reason=\"client_fin\"} 40.0");
  }

  @Test
  void everySeriesExistsAtZeroFromTheStart() {
    String page = page();
    for (CloseReason reason : CloseReason.values()) {
      assertThat(page)
          .contains(
              "detour_tunnel_closes_total{reason=\""
                  + reason.name().toLowerCase(Locale.ROOT)
                  + "\"}");
    }
    for (ProxyErrorType error : ProxyErrorType.values()) {
      assertThat(page).contains("detour_request_errors_total{error=\"" + error.token() + "\"} 0.0");
    }
    assertThat(page)
        .contains(
            "detour_requests_total{code=\"200\",kind=\"connect\"} 0.0",
            "detour_requests_total{code=\"other\",kind=\"forward\"} 0.0",
            "detour_rule_matches_total{action=\"rewrite\",mode=\"enforce\",rule=\"erp\"} 0.0",
            "detour_rule_matches_total{action=\"reject\",mode=\"enforce\",rule=\"gone\"} 0.0");
  }

  @Test
  void countsOfAllLoopsShowOnTheNextScrape() {
    counters.loop(0).request(RequestKind.CONNECT, 200);
    counters.loop(1).request(RequestKind.CONNECT, 200);
    counters.loop(1).request(RequestKind.CONNECT, 403);
    counters.loop(1).requestError(ProxyErrorType.HTTP_REQUEST_DENIED);
    assertThat(page())
        .contains(
            "detour_requests_total{code=\"200\",kind=\"connect\"} 2.0",
            "detour_requests_total{code=\"403\",kind=\"connect\"} 1.0",
            "detour_request_errors_total{error=\"http_request_denied\"} 1.0");
  }

  @Test
  void thePageSaysWhatRuns() {
    assertThat(page())
        .contains(
            "detour_build_info{java=\"25.0.1\",revision=\"abc1234\",version=\"0.1.0\"} 1",
            "detour_config_rules 2.0",
            "detour_config_last_reload_successful 1.0",
            "detour_config_last_reload_success_timestamp_seconds 1.8E9",
            "detour_config_reloads_total{result=\"success\"} 0.0",
            "detour_config_reloads_total{result=\"failure\"} 0.0",
            "detour_draining 0.0");
    draining.set(true);
    assertThat(page()).contains("detour_draining 1.0");
  }

  @Test
  void theProcessAndItsJvmAreOnThePageUnderTheUsualNames() {
    assertThat(page().lines())
        .filteredOn(line -> line.startsWith("process_") || line.startsWith("jvm_"))
        .noneMatch(line -> line.startsWith("process_") && line.endsWith("NaN"))
        .extracting(line -> line.replaceAll("[{ ].*", ""))
        .contains(
            "process_cpu_seconds_total",
            "process_open_fds",
            "process_max_fds",
            "process_resident_memory_bytes",
            "process_virtual_memory_bytes",
            "process_start_time_seconds",
            "jvm_info",
            "jvm_memory_used_bytes",
            "jvm_buffer_memory_used_bytes",
            "jvm_gc_max_data_size_bytes",
            "jvm_threads_live_threads",
            "jvm_classes_loaded_classes");
  }

  @Test
  void acceptChoosesTheFormat() {
    Metrics.Page plain = metrics.scrape(null);
    assertThat(plain.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");

    Metrics.Page open = metrics.scrape("application/openmetrics-text; version=1.0.0");
    assertThat(open.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(new String(open.body(), UTF_8)).endsWith("# EOF\n");
  }

  @Test
  void metersSurviveTheGarbageCollectorAsLongAsTheMetricsAreKept() {
    counters.loop(0).request(RequestKind.CONNECT, 200);
    System.gc();
    counters.loop(0).request(RequestKind.CONNECT, 200);
    assertThat(page()).contains("detour_requests_total{code=\"200\",kind=\"connect\"} 2.0");
  }

  @Test
  void promtoolFindsNothingToSay(@TempDir Path folder) throws Exception {
    assumeTrue(
        promtoolIsInstalled(), "promtool is not installed (Debian package prometheus); skipped");
    System.gc(); // so that the series of garbage collection are on the page
    Path page = Files.write(folder.resolve("page"), metrics.scrape(null).body());
    Path said = folder.resolve("said");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(page.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();

    assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEmptyFile();
    assertThat(promtool.exitValue()).isZero();
  }

  private String page() {
    return new String(metrics.scrape(null).body(), UTF_8);
  }

  private static boolean promtoolIsInstalled() throws InterruptedException {
    try {
      Process promtool =
          new ProcessBuilder("promtool", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return promtool.waitFor(30, TimeUnit.SECONDS) && promtool.exitValue() == 0;
    } catch (IOException notFound) {
      return false;
    }
  }
}
