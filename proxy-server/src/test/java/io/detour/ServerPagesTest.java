package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the admin interface tells of a server and its tunnels, and what it does to them. */
class ServerPagesTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @AfterAll
  static void stop() {
    CLIENT.close();
  }

  @Test
  void theStatusIsThatOfTheProcess() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = RunningServer.start(rules(origin));
        RawClient client = proxy.client()) {
      client.tunnel("old.test:443");
      await().until(() -> json(proxy, "/status").get("tunnels").asInt() == 1);

      JsonNode status = json(proxy, "/status");
      assertThat(status.get("state").asString()).isEqualTo("ready");
      assertThat(status.get("version").asString()).isEqualTo(Version.build().version());
      assertThat(status.get("mode").asString()).isEqualTo("enforce");
      assertThat(status.get("rules").asInt()).isEqualTo(1);
      assertThat(status.get("clients").asInt()).isEqualTo(1);
      assertThat(status.get("requests").asInt()).isEqualTo(1);
      assertThat(status.get("legacy_uses").asInt()).isEqualTo(1);
      assertThat(status.get("last_reload").isNull()).isTrue();

      assertThat(send(proxy, "POST", "/-/reload").statusCode()).isEqualTo(200);
      JsonNode reload = json(proxy, "/status").get("last_reload");
      assertThat(reload.get("result").asString()).isEqualTo("ok");
      assertThat(reload.get("summary").asString()).contains("1 rule in force: unchanged");
    }
  }

  @Test
  void openTunnelsAreListedWithWhatTheyHaveMoved() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = RunningServer.start(rules(origin));
        RawClient ruled = proxy.client();
        RawClient other = proxy.client()) {
      ruled.tunnel("old.test:443");
      other.tunnel(origin.authority());
      ruled.send("hello");
      assertThat(ruled.read(5)).isEqualTo("hello");
      await().until(() -> json(proxy, "/connections").get("count").asInt() == 2);

      JsonNode tunnel =
          tunnels(proxy).stream()
              .filter(each -> each.get("rule").asString("").equals("moved"))
              .findFirst()
              .orElseThrow();
      assertThat(tunnel.get("client").asString()).isEqualTo("127.0.0.1");
      assertThat(tunnel.get("kind").asString()).isEqualTo("connect");
      assertThat(tunnel.get("requested").asString()).isEqualTo("old.test:443");
      assertThat(tunnel.get("target").asString()).isEqualTo(origin.authority());
      assertThat(tunnel.get("relay").asString()).isEqualTo("copy");
      assertThat(tunnel.get("bytes_upstream").asInt()).isEqualTo(5);
      assertThat(tunnel.get("bytes_downstream").asInt()).isEqualTo(5);
      assertThat(tunnel.get("user").isNull()).isTrue();
      assertThat(proxy.log().lines("decision").getFirst().get("id"))
          .isEqualTo(tunnel.get("id").asString());
    }
  }

  @Test
  @DisplayName("DELETE ends one tunnel, with the reason killed, and no other")
  void aTunnelCanBeEnded() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = RunningServer.start(rules(origin));
        RawClient killed = proxy.client();
        RawClient spared = proxy.client()) {
      killed.tunnel("old.test:443");
      spared.tunnel(origin.authority());
      await().until(() -> tunnels(proxy).size() == 2);
      String id =
          tunnels(proxy).stream()
              .filter(each -> !each.get("rule").isNull())
              .map(each -> each.get("id").asString())
              .findFirst()
              .orElseThrow();

      assertThat(send(proxy, "DELETE", "/connections/" + id).statusCode()).isEqualTo(200);

      assertThatThrownBy(() -> killed.readWithin(10_000)).hasMessage("Connection reset");
      await().until(() -> tunnels(proxy).size() == 1);
      assertThat(proxy.metric("detour_tunnel_closes_total", "reason=\"killed\"")).isOne();
      await().until(() -> !proxy.log().lines("close").isEmpty());
      assertThat(proxy.log().lines("close").getFirst())
          .containsEntry("close_reason", "killed")
          .containsEntry("id", id);
      spared.send("x");
      assertThat(spared.read(1)).isEqualTo("x");
      assertThat(send(proxy, "DELETE", "/connections/" + id).statusCode())
          .as("it is gone")
          .isEqualTo(404);
    }
  }

  @Test
  void anIdThatIsNoneIsNotFoundAndOnlyDeleteActs() throws Exception {
    try (RunningServer proxy = RunningServer.start("version: 1\nrules: []\n")) {
      for (String id : List.of("x", "k3f9x-1", "%2e%2e", "", "00000-zzzzzzzzzzzzzzzz")) {
        assertThat(send(proxy, "DELETE", "/connections/" + id).statusCode()).isEqualTo(404);
      }
      HttpResponse<String> get = send(proxy, "GET", "/connections/k3f9x-1");
      assertThat(get.statusCode()).isEqualTo(405);
      assertThat(get.headers().firstValue("Allow")).contains("DELETE");
      assertThat(send(proxy, "DELETE", "/connections").statusCode()).isEqualTo(405);
    }
  }

  @Test
  @DisplayName("A02 a page of another origin ends no tunnel and drains nothing")
  void anotherOriginMayDoNothing() throws Exception {
    try (RunningServer proxy = RunningServer.start("version: 1\nrules: []\n")) {
      for (String path : List.of("/connections/k3f9x-1", "/-/drain")) {
        for (String origin :
            List.of("http://evil.example", "http://203.0.113.9", "http://127.0.0.1:8080", "null")) {
          HttpRequest request =
              HttpRequest.newBuilder(uri(proxy, path))
                  .header("Origin", origin)
                  .method(path.startsWith("/-") ? "POST" : "DELETE", noBody())
                  .build();
          assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        }
      }
      assertThat(send(proxy, "GET", "/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("A07 a drain that is asked for makes it not ready at once, and stays alive")
  void aDrainIsToldAtOnce() throws Exception {
    try (RunningServer proxy = RunningServer.start("version: 1\nrules: []\n")) {
      HttpResponse<String> drain = send(proxy, "POST", "/-/drain");

      assertThat(drain.statusCode()).isEqualTo(200);
      assertThat(drain.body()).isEqualTo("draining\n");
      assertThat(send(proxy, "GET", "/readyz").statusCode()).isEqualTo(503);
      assertThat(send(proxy, "GET", "/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("open tunnels are reported as often as log.periodic says")
  void openTunnelsAreReported() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy =
            RunningServer.start(
                rules(origin),
                options -> options.with(ConfigurationKey.LOG_PERIODIC, Duration.ofMillis(100)));
        RawClient client = proxy.client()) {
      client.tunnel("old.test:443");
      client.send("hello");
      assertThat(client.read(5)).isEqualTo("hello");

      await().until(() -> proxy.log().lines("progress").size() > 2);
      assertThat(proxy.log().lines("progress").getLast())
          .containsEntry("id", proxy.log().lines("decision").getFirst().get("id"))
          .containsEntry("rule", "moved")
          .containsEntry("target", origin.authority())
          .containsEntry("bytes_up", "5")
          .containsEntry("relay", "copy")
          .doesNotContainKey("close_reason");
    }
  }

  @Test
  void theHistoryHasASeriesOfEachKind() throws Exception {
    try (RunningServer proxy = RunningServer.start("version: 1\nrules: []\n")) {
      JsonNode history = json(proxy, "/history");

      assertThat(history.get("interval_seconds").asInt()).isEqualTo(5);
      assertThat(history.propertyNames())
          .containsExactly(
              "interval_seconds",
              "end",
              "bytes_upstream_per_second",
              "bytes_downstream_per_second",
              "tunnels",
              "requests_per_second",
              "legacy_per_second");
      assertThat(history.get("tunnels").isArray()).isTrue();
    }
  }

  private static List<JsonNode> tunnels(RunningServer proxy) throws Exception {
    return new ArrayList<>(
        StreamSupport.stream(json(proxy, "/connections").get("connections").spliterator(), false)
            .toList());
  }

  private static JsonNode json(RunningServer proxy, String path) throws Exception {
    HttpResponse<String> response = send(proxy, "GET", path);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    return JsonMapper.shared().readTree(response.body());
  }

  private static HttpResponse<String> send(RunningServer proxy, String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri(proxy, path)).method(method, noBody()).build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private static URI uri(RunningServer proxy, String path) {
    return URI.create("http://" + proxy.adminAuthority() + path);
  }

  private static String rules(TcpOrigin origin) {
    return """
    version: 1
    rules:
      - { name: moved, match: { host: { exact: old.test } }, action: rewrite, to: "%s" }
    """
        .formatted(origin.authority());
  }
}
