package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.Host;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AllowedHosts;
import io.detour.server.decide.RuleTexts;
import io.detour.server.decide.RulesInForce;
import io.detour.server.serve.AutoConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file for browsers, asked of the proxy itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutoConfigTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: erp, match: { host: { exact: erp.old.test } }, action: rewrite, to: new.test }
      """;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeAll
  void start() throws IOException {
    proxy = RunningServer.start(RULES);
  }

  @AfterAll
  void stop() {
    proxy.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proxy.pac", "/wpad.dat"})
  @DisplayName("A06 the proxy's own port has the file of the admin interface")
  void theFileIsThatOfTheAdminInterface(String path) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("GET", path, "127.0.0.1:3128")).head();
      String file = client.rest();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Type")).isEqualTo("application/x-ns-proxy-autoconfig");
      assertThat(head.field("Content-Length")).isEqualTo(String.valueOf(file.length()));
      assertThat(file)
          .contains("function FindProxyForURL(", "erp.old.test", "PROXY " + proxy.authority());
    }
  }

  @Test
  void headHasNoContent() throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("HEAD", "/proxy.pac", "localhost")).head();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Length")).matches("[1-9][0-9]*");
      assertThat(client.rest()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0} {1} of {2} is {3}")
  @CsvSource({
    "GET, /proxy.pac, evil.example, 403",
    "GET, /proxy.pac, localhost.evil.example, 403",
    "POST, /proxy.pac, localhost, 400",
    "GET, /proxy.pac?x, localhost, 400",
    "GET, /Proxy.pac, localhost, 400",
    "GET, //proxy.pac, localhost, 400",
    "GET, /metrics, localhost, 400",
  })
  @DisplayName("A01 nothing else is served there, and not to a rebound name")
  void nothingElseIsServed(String method, String path, String host, int status) throws IOException {
    try (RawClient client = proxy.client()) {
      assertThat(client.send(request(method, path, host)).head().status()).isEqualTo(status);
    }
  }

  @Test
  void aRequestInAbsoluteFormIsForwarded() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      client.send(
          request("GET", "http://" + origin.authority() + "/proxy.pac", origin.authority()));

      assertThat(client.read(24)).as("what the origin got").doesNotContain("x-ns-proxy");
      assertThat(origin.accepted()).isOne();
    }
  }

  @Test
  void aListenerOfAllAddressesIsNamedAsItWasAskedFor() throws IOException {
    ListenerOptions anywhere = ListenerOptions.of(ListenAddress.parse("0.0.0.0:0"));
    try (RunningServer wide = RunningServer.listeningOn(anywhere);
        RawClient client =
            RawClient.connect(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), wide.address().getPort()))) {
      client.send(request("GET", "/proxy.pac", "192.0.2.7:3128"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).contains("PROXY 192.0.2.7:" + wide.address().getPort());
    }
  }

  @Test
  @SuppressWarnings("try") // the ledger is to fail before the server stops
  @Timeout(60)
  void aReportThatHangsDelaysNoFile() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HttpClient http = HttpClient.newHttpClient()) {
      silent.setSoTimeout(20_000);
      String url = "jdbc:postgresql://detour:p@127.0.0.1:" + silent.getLocalPort() + "/ledger";
      LedgerUrl ledger = LedgerUrl.parse(url).orElseThrow();
      try (RunningServer slow =
          RunningServer.start(
              RULES, options -> options.with(ConfigurationKey.LEDGER_URL, ledger))) {
        URI page = URI.create("http://" + slow.adminAuthority() + "/report");
        CompletableFuture<?> report =
            http.sendAsync(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
        try (Socket writer = silent.accept();
            Socket reader = silent.accept();
            RawClient client = slow.client()) {
          client.send(request("GET", "/proxy.pac", "localhost"));

          assertThat(client.head().status()).isEqualTo(200);
          assertThat(client.rest()).contains("erp.old.test");
          assertThat(report).as("what holds the thread up").isNotDone();
          assertThat(reader.getPort()).isNotEqualTo(writer.getPort());
        }
        silent.close();
      }
    }
  }

  @Test
  void clientsThatKnowTheProxyByOtherNamesShareTheRulesMade() throws Exception {
    RulesInForce rules = new RulesInForce(RuleTexts.parsed(RULES));
    List<ListenerOptions> listeners =
        List.of(ListenerOptions.of(ListenAddress.parse("0.0.0.0:3128")));
    AutoConfig made =
        new AutoConfig(
            rules,
            InstantSource.fixed(Instant.EPOCH),
            Runnable::run,
            listeners,
            new AllowedHosts(Set.of()),
            Configurations.open().pac());

    String first = file(made, "192.0.2.1");
    String second = file(made, "192.0.2.2");

    assertThat(first).contains("PROXY 192.0.2.1:3128");
    assertThat(second).contains("PROXY 192.0.2.2:3128");
    assertThat(file(made, "192.0.2.1")).isSameAs(first);
    assertThat(file(made, "192.0.2.2")).isSameAs(second);
    for (int i = 3; i < 30; i++) {
      assertThat(file(made, "192.0.2." + i)).contains("192.0.2." + i + ":3128");
    }
    assertThat(file(made, "192.0.2.1")).isEqualTo(first).isNotSameAs(first);
  }

  private static String file(AutoConfig made, String machine) {
    return Objects.requireNonNull(made.file(Host.parse(machine).orElseThrow())).join();
  }

  private static String request(String method, String target, String host) {
    return method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }
}
