package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.config.ConfigurationKey;
import io.detour.ops.ledger.LedgerUrl;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The metrics page as the reference parser of OpenMetrics understands it. */
@Timeout(60)
class OpenMetricsTest {
  private static final String RULES =
      """
      version: 1
      defaults: { legacy_suffixes: [old.test] }
      rules:
        - name: erp
          match: { host: { exact: [erp.old.test] } }
          action: rewrite
          to: erp.new.test
          expires: 2099-12-31
      """;

  /** Prints each family with its type, and fails with what is wrong with the page. */
  private static final String SCRIPT =
      """
      import sys
      from prometheus_client.openmetrics.parser import text_string_to_metric_families
      for family in text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read()):
          print(family.name, family.type, len(family.samples))
      """;

  @TempDir private Path folder;

  @Test
  @DisplayName("Q25: the reference parser reads the page, and no gauge has the name of a counter")
  void theReferenceParserReadsThePage() throws Exception {
    Path script = Files.writeString(folder.resolve("parse.py"), SCRIPT);
    LedgerUrl ledger = new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
    try (RunningServer proxy =
            RunningServer.start(
                RULES, options -> options.with(ConfigurationKey.LEDGER_URL, ledger));
        TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client();
        HttpClient http = HttpClient.newHttpClient()) {
      proxy.dns().answer("erp.new.test", "127.0.0.1");
      assertThat(client.tunnel("erp.old.test:" + origin.port()).status()).isEqualTo(200);
      HttpResponse<String> page =
          http.send(
              HttpRequest.newBuilder(URI.create("http://" + proxy.adminAuthority() + "/metrics"))
                  .header("Accept", "application/openmetrics-text; version=1.0.0")
                  .build(),
              BodyHandlers.ofString());
      assertThat(page.headers().firstValue("Content-Type").orElse(""))
          .startsWith("application/openmetrics-text");
      Path file = Files.writeString(folder.resolve("metrics"), page.body());

      assertThat(python(script.toString(), file.toString()))
          .contains(
              "detour_tunnels_open gauge 2",
              "detour_tunnels counter 2",
              "detour_listener_connections_open gauge 1",
              "detour_listener_connections counter 1",
              "detour_rule_matches counter 1",
              "detour_tunnel_duration_seconds histogram "
                  + page.body().lines().filter(OpenMetricsTest::isOfDuration).count());
    }
  }

  private static boolean isOfDuration(String line) {
    return line.startsWith("detour_tunnel_duration_seconds_");
  }

  /** The interpreter of Debian, which finds Debian's packages. */
  private List<String> python(String... arguments) throws Exception {
    String reason =
        "/usr/bin/python3 has no prometheus_client (Debian package python3-prometheus-client);"
            + " skipped";
    Tool tool = Tool.ofPackage("env", "coreutils").with("/usr/bin/python3");
    assumeTrue(
        tool.end(folder, "-c", "import prometheus_client.openmetrics.parser").status() == 0,
        reason);
    Tool.Ended ended = tool.end(folder, arguments);
    assertThat(ended.status()).as(ended.printed()).isZero();
    return ended.printed().lines().toList();
  }
}
