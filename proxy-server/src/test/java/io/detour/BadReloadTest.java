package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.decide.RecordedLog;
import io.detour.server.decide.Reloader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that must not be served is not, and everybody who should know is told. */
@Timeout(60)
class BadReloadTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final String GOOD =
      """
      version: 1
      rules:
        - name: gone
          match: { host: { exact: gone.test } }
          action: reject
      """;

  private static final String FAILING_TEST =
      "tests: [{ host: gone.test, expect: { action: pass } }]";

  private static final String UNKNOWN_PARENT =
      "action: rewrite\n    targets: { to: original, via: dc }";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  @SuppressWarnings("NullAway.Init")
  private RecordedLog log;

  @SuppressWarnings("NullAway.Init")
  private ReloadingServer server;

  @BeforeEach
  void start() throws IOException {
    log = RecordedLog.of(Reloader.class);
    server = ReloadingServer.start(folder, GOOD);
  }

  @AfterEach
  void stop() {
    server.close();
    log.close();
    http.close();
  }

  @ParameterizedTest(name = "R02 {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rules:           | rules: [                      | 3:3: ",
        "- name: gone     | '- name: gone\n    nmae: x'    | 4:5: unknown key \"nmae\"",
        "- name: gone     | '- name: gone\n    name: x'    | 4:5: key \"name\" is repeated",
        "exact: gone.test | regex: '(a'                   | 4:29: regex \"(a\" does not compile",
        "rules:           | '" + FAILING_TEST + "\nrules:' | 2:9: test of gone.test:443 failed",
        "action: reject   | '" + UNKNOWN_PARENT + "'       | 3:5: error: ",
      })
  void theOldRulesStayAndEverybodyIsTold(String from, String to, String problem) throws Exception {
    server.write(GOOD.replace(from, to));
    String place = server.rules() + ":" + problem;

    HttpResponse<String> answer = reload();

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).startsWith(place).endsWith(", the rules in force stay\n");
    assertThat(log.lines().getFirst()).startsWith("WARN " + place);
    assertThat(log.lines().getLast()).startsWith("ERROR rules not reloaded (POST /-/reload): ");
    assertThat(server.server().metrics())
        .contains(
            "detour_config_last_reload_successful 0.0",
            "detour_config_reloads_total{result=\"failure\"} 1.0",
            "detour_config_rules 1.0");
    assertRejects();

    server.write(GOOD + "    message: switched off\n");

    assertThat(reload().body()).isEqualTo("1 rule in force: 1 changed (gone); 1 warning\n");
    assertThat(server.server().metrics())
        .contains(
            "detour_config_last_reload_successful 1.0",
            "detour_config_reloads_total{result=\"success\"} 1.0");
    assertThat(log.lines())
        .element(log.lines().size() - 2)
        .asString()
        .startsWith("WARN " + server.rules())
        .contains(": warning: ");
    assertRejects();
  }

  private void assertRejects() throws IOException {
    try (RawClient client = server.server().client()) {
      assertThat(client.tunnel("gone.test:443").status()).isEqualTo(403);
    }
  }

  private HttpResponse<String> reload() throws Exception {
    URI uri = URI.create("http://" + server.adminAuthority() + "/-/reload");
    return http.send(
        HttpRequest.newBuilder(uri)
            .timeout(DEADLINE)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }
}
