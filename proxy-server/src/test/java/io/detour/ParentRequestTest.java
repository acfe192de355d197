package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.HttpOrigin.Asked;
import io.detour.config.ConfigurationKey;
import io.detour.server.dial.Parent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain HTTP by way of an HTTP parent, which takes the requests themselves. */
@Tag("Q03")
@Timeout(60)
class ParentRequestTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: old.test } }
          action: rewrite
          targets: [{ to: new.test, via: dc }]
        - name: preserved
          match: { host: { exact: kept.test } }
          action: rewrite
          host_header: preserve
          targets: [{ to: new.test, via: dc }]
        - name: tunnelled
          match: { host: { exact: tunnelled.test } }
          action: rewrite
          host_header: preserve
          targets: [{ to: 127.0.0.1, via: dc, allow: [loopback] }]
        - name: all
          match: { host: { suffix: test } }
          action: rewrite
          targets: [{ to: original, via: dc }]
        - name: origins
          match: { host: { exact: 127.0.0.1 } }
          action: rewrite
          targets: [{ to: original, via: dc, allow: [loopback] }]
      """;

  private static RunningServer behind(String parent) throws IOException {
    return RunningServer.start(
        RULES,
        options ->
            options.with(
                ConfigurationKey.PARENTS, Map.of("dc", Parent.parse(parent).orElseThrow())));
  }

  private static String request(String method, String url, String fields) {
    return method + " " + url + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
  }

  @ParameterizedTest(name = "{0} {1} is {2} of {3}")
  @CsvSource({
    "GET,      http://old.test/a?b,       http://new.test/a?b,       new.test",
    "HEAD,     http://old.test:8080/,     http://new.test:8080/,     new.test:8080",
    "PROPFIND, http://other.test,         http://other.test/,        other.test",
    "OPTIONS,  http://other.test,         http://other.test,         other.test",
    "GET,      http://other.test:8080?a,  http://other.test:8080/?a, other.test:8080",
  })
  void theParentIsAskedInAbsoluteForm(String method, String url, String asked, String host)
      throws IOException {
    try (HttpOrigin parent = HttpOrigin.start();
        RunningServer proxy = behind("http://detour:s%40cret@" + parent.authority());
        RawClient client = proxy.client()) {
      client.send(request(method, url, "Proxy-Authorization: Basic b3RoZXI6eA==\r\n"));

      assertThat(client.head().status()).isEqualTo(200);
      Asked only = parent.asked().getFirst();
      assertThat(only.line()).isEqualTo(method + " " + asked + " HTTP/1.1");
      assertThat(only.field("host")).containsExactly(host);
      assertThat(only.field("proxy-authorization")).containsExactly("Basic ZGV0b3VyOnNAY3JldA==");
      assertThat(only.field("via")).hasSize(1);
    }
  }

  @Test
  void aParentWithoutCredentialsGetsNone() throws IOException {
    try (HttpOrigin parent = HttpOrigin.start();
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      client.send(request("POST", "http://old.test/", "Content-Length: 3\r\n") + "abc");

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(parent.asked().getFirst().field("proxy-authorization")).isEmpty();
      assertThat(parent.asked().getFirst().body()).isEqualTo("abc");
    }
  }

  @ParameterizedTest(name = "the parent''s {0} is the answer")
  @ValueSource(ints = {200, 204, 401, 403, 404, 502, 503, 504})
  void itsAnswerIsPassedOn(int status) throws IOException {
    String answer =
        "HTTP/1.1 "
            + status
            + " Parent\r\nProxy-Status: other; error=dns_error\r\nContent-Length: 0\r\n\r\n";
    try (HttpOrigin parent = HttpOrigin.answering(request -> answer);
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("GET", "http://old.test/", "")).head();

      assertThat(head.status()).isEqualTo(status);
      assertThat(head.text()).contains(" Parent\r\n");
      assertThat(head.field("Proxy-Status")).isEqualTo("other; error=dns_error");
    }
  }

  @ParameterizedTest(name = "behind a parent that says <{0}>, a log-in for a connection: <{1}>")
  @CsvSource(
      delimiter = '|',
      value = {
        "                                                                                    |",
        "Proxy-Support: Other\\r\\n                                                           |",
        "Proxy-Support: Session-Based-Authentication\\r\\n | Session-Based-Authentication",
        "Connection: Proxy-Support\\r\\nproxy-support: session-based-authentication\\r\\n"
            + "| Session-Based-Authentication",
      })
  @Tag("Q02")
  void onlyAParentThatKeepsConnectionsTogetherIsSaidToDoSo(
      @Nullable String said, @Nullable String told) throws IOException {
    String fields = said == null ? "" : said.replace("\\r\\n", "\r\n");
    for (String scheme : List.of("NTLM", "Negotiate")) {
      String answer =
          "HTTP/1.1 401 No\r\nWWW-Authenticate: %s\r\n%sContent-Length: 0\r\n\r\n"
              .formatted(scheme, fields);
      try (HttpOrigin parent = HttpOrigin.answering(request -> answer);
          RunningServer proxy = behind("http://" + parent.authority());
          RawClient client = proxy.client()) {
        ResponseHead head = client.send(request("GET", "http://old.test/", "")).head();

        assertThat(head.field("WWW-Authenticate")).isEqualTo(scheme);
        assertThat(head.field("Proxy-Support")).isEqualTo(Objects.requireNonNullElse(told, ""));
        assertThat(head.field("Connection")).isEqualTo(told == null ? "" : "Proxy-Support");
      }
    }
  }

  @Test
  @Tag("Q02")
  void throughATunnelOfAParentALogInHolds() throws IOException {
    String answer = "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
    try (HttpOrigin origin = HttpOrigin.answering(request -> answer);
        RunningServer parent = RunningServer.withoutRules();
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      String url = origin.authority().replace("127.0.0.1", "http://tunnelled.test");
      ResponseHead head = client.send(request("GET", url, "")).head();

      assertThat(head.field("Proxy-Support")).isEqualTo("Session-Based-Authentication");
      assertThat(parent.metric("detour_requests_total", "kind=\"connect\"")).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "407 is 502 for {0}: {1}")
  @CsvSource({
    "http://,               none are configured",
    "http://detour:secret@, refused Detour's credentials",
  })
  void itsPasswordIsNotTheClients(String parentUrl, String details) throws IOException {
    String answer =
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"parent\"\r\n"
            + "Content-Length: 5\r\n\r\nhello";
    try (HttpOrigin parent = HttpOrigin.answering(request -> answer);
        RunningServer proxy = behind(parentUrl + parent.authority());
        RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("GET", "http://old.test/", "")).head();

      assertThat(head.status()).isEqualTo(502);
      assertThat(head.field("Proxy-Authenticate")).isEmpty();
      assertThat(head.field("Proxy-Status")).contains("error=proxy_configuration_error", details);
      await().untilAsserted(() -> assertThat(parent.open()).isZero());
    }
  }

  @Test
  void aConnectionIsReusedForTheSameTargetOnly() throws IOException {
    try (HttpOrigin parent = HttpOrigin.start();
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      for (String host : new String[] {"old.test", "new.test", "old.test", "other.test"}) {
        client.send(request("GET", "http://" + host + "/", ""));
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(5)).isEqualTo("hello");
      }
      assertThat(parent.asked())
          .extracting(Asked::line)
          .containsExactly(
              "GET http://new.test/ HTTP/1.1",
              "GET http://new.test/ HTTP/1.1",
              "GET http://new.test/ HTTP/1.1",
              "GET http://other.test/ HTTP/1.1");
    }
  }

  @Test
  void aPreservedHostNeedsATunnel() throws IOException {
    try (HttpOrigin parent = HttpOrigin.start();
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      client.send(request("GET", "http://old.test/", ""));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      client.send(request("GET", "http://kept.test/", ""));
      await().untilAsserted(() -> assertThat(parent.asked()).hasSizeGreaterThan(1));

      assertThat(parent.asked().get(1).line()).isEqualTo("CONNECT new.test:80 HTTP/1.1");
    }
  }

  @Test
  void anotherDetourServesTheRequest() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer parent = RunningServer.withoutRules();
        RunningServer proxy = behind("http://" + parent.authority());
        RawClient client = proxy.client()) {
      client.send(request("GET", "http://" + origin.authority() + "/x", ""));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(origin.asked().getFirst().line()).isEqualTo("GET /x HTTP/1.1");
      assertThat(origin.asked().getFirst().field("via").getFirst()).contains(", 1.1 detour-");
      assertThat(parent.metric("detour_requests_total", "kind=\"connect\"")).isZero();
    }
  }

  @Test
  void aParentThatIsNotThereIsNamed() throws IOException {
    try (RunningServer proxy = behind("http://127.0.0.1:" + LoopbackPort.refusing());
        RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("GET", "http://old.test/", "")).head();

      assertThat(head.status()).isEqualTo(502);
      assertThat(head.field("Proxy-Status"))
          .contains("error=connection_refused", "the parent proxy refused the connection");
    }
  }

  @Test
  void squidTakesRequestsAlthoughItTunnelsToPort443Only(@TempDir Path folder) throws Exception {
    Tool squid = Tool.ofPackage("squid", "squid");
    int port = LoopbackPort.free();
    Path configuration =
        Files.writeString(
            folder.resolve("squid.conf"),
            """
            http_port 127.0.0.1:%d
            acl ssl port 443
            acl connect method CONNECT
            http_access deny connect !ssl
            http_access allow all
            cache deny all
            cache_mem 1 MB
            access_log none
            cache_log %s/cache.log
            coredump_dir %s
            pid_filename none
            pinger_enable off
            shutdown_lifetime 0 seconds
            """
                .formatted(port, folder, folder));
    Process parent = squid.start(folder.resolve("squid.out"), "-N", "-f", configuration.toString());
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer proxy = behind("http://127.0.0.1:" + port)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                try (RawClient client = proxy.client()) {
                  client.send(request("GET", "http://" + origin.authority() + "/x", ""));
                  assertThat(client.head().status()).isEqualTo(200);
                  assertThat(client.read(5)).isEqualTo("hello");
                }
              });
      assertThat(origin.asked().getFirst().line()).isEqualTo("GET /x HTTP/1.1");
    } finally {
      parent.destroy();
      assertThat(parent.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
