package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.cli.CommandRun;
import io.detour.cli.GenerateCommand;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.rules.generate.PacProxy;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.dial.Parent;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The pages of the admin interface that are made of the rules in force. */
@Timeout(60)
class RulePagesTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: erp
          owner: netops
          ticket: NET-1
          reason: moved
          match: { host: { exact: erp.old.test } }
          action: rewrite
          targets: [{ to: erp.new.test }, { to: original }]
          fallback_on: [dns_error]
          expires: 2099-12-31
        - { name: gone, match: { host: { suffix: dead.test } }, action: reject }
      """;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.start(RULES);
    proxy.dns().answer("erp.new.test", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    http.close();
    proxy.close();
  }

  private static HttpResponse<String> get(HttpClient http, RunningServer proxy, String target)
      throws Exception {
    URI page = URI.create("http://" + proxy.adminAuthority() + target);
    return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String target) throws Exception {
    return get(http, proxy, target);
  }

  private static String type(HttpResponse<String> response) {
    return response.headers().firstValue("content-type").orElse("");
  }

  private JsonNode rules() throws Exception {
    return JsonMapper.shared().readTree(get("/rules").body());
  }

  @Test
  void everyRuleIsThereWithItsUse() throws Exception {
    JsonNode before = rules();
    assertThat(before.get("count").asInt()).isEqualTo(2);
    assertThat(before.at("/rules/0").propertyNames())
        .containsExactly(
            "rule",
            "at",
            "action",
            "mode",
            "owner",
            "ticket",
            "reason",
            "last_day",
            "matches",
            "last_match",
            "bytes_upstream",
            "bytes_downstream",
            "targets");
    assertThat(before.at("/rules/0/last_match").isNull()).isTrue();

    try (TcpOrigin origin = TcpOrigin.saying("hello")) {
      assertThat(proxy.answer("erp.old.test:" + origin.port())).isEqualTo("hello");
    }

    await().until(() -> rules().at("/rules/0/bytes_downstream").asInt() == 5);
    JsonNode erp = rules().at("/rules/0");
    assertThat(erp.get("rule").asString()).isEqualTo("erp");
    assertThat(erp.get("owner").asString()).isEqualTo("netops");
    assertThat(erp.get("last_day").asString()).isEqualTo("2099-12-31");
    assertThat(erp.get("matches").asInt()).isOne();
    assertThat(erp.get("last_match").asString()).matches("20[0-9]{2}-.*");
    assertThat(erp.at("/targets/0"))
        .hasToString(
            "{\"target\":0,\"to\":\"erp.new.test\",\"connects\":1,\"failures\":0,"
                + "\"certificate\":null}");
    assertThat(rules().at("/rules/1/matches").asInt()).isZero();
    assertThat(rules().at("/rules/1/targets")).isEmpty();
    assertThat(type(get("/rules"))).isEqualTo("application/json");
  }

  @Test
  @DisplayName("A04: explain answers in JSON, without a lookup")
  void aRequestIsExplained() throws Exception {
    JsonNode json =
        JsonMapper.shared()
            .readTree(
                get("/explain?host=ERP.old.test&client=192.0.2.7&user=anna&at=2027-03-30").body());

    assertThat(json.get("asked").asString()).isEqualTo("erp.old.test:443");
    assertThat(json.get("client").asString()).isEqualTo("192.0.2.7");
    assertThat(json.get("user").asString()).isEqualTo("anna");
    assertThat(json.get("time").asString()).startsWith("2027-03-30T00:00");
    assertThat(json.at("/result/to").asString()).isEqualTo("erp.new.test:443");
    assertThat(proxy.dns().asked()).isEmpty();
  }

  @ParameterizedTest(name = "A04: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/explain                        | host: expected HOST or HOST:PORT, as in",
        "/explain?host=                  | host: expected HOST or HOST:PORT, as in",
        "/explain?host=a%20b             | host: \"a b\": host has a character",
        "/explain?host=a%0d%0aX:%20y     | host: \"a\\u000d\\u000aX: y\": ",
        "/explain?host=%3Cscript%3E      | host: \"<script>\": host has a character",
        "/explain?host=a&client=b        | client: \"b\" (expected: an IP address)",
        "/explain?host=a&at=soon         | at: \"soon\" (expected: a day like 2027-03-31",
        "/explain?host=%E4               | host: ",
      })
  void whatCannotBeExplainedIsSaid(String target, String sentence) throws Exception {
    HttpResponse<String> answer = get(target);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(type(answer)).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.body()).startsWith(sentence).hasLineCount(1);
  }

  @Test
  void aQueryThatIsNotEncodedIsSaidToBeSo() throws Exception {
    try (RawClient client = RawClient.connect(proxy.adminAddress())) {
      client.send("GET /explain?host=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.rest()).startsWith("HTTP/1.1 400 ").endsWith("not well encoded\n");
    }
  }

  @Test
  @DisplayName("A06: the PAC file leads the names of rules to the proxy, in an engine")
  void thePacFileIsForTheRulesInForce(@TempDir Path folder) throws Exception {
    HttpResponse<String> pac = get("/proxy.pac");
    assertThat(type(pac)).isEqualTo("application/x-ns-proxy-autoconfig");
    assertThat(get("/wpad.dat").body()).isEqualTo(pac.body());

    Tool node = Tool.ofPackage("node", "nodejs");
    Path script =
        Files.writeString(
            folder.resolve("pac.js"),
            pac.body()
                + "console.log(FindProxyForURL('https://erp.old.test/', 'erp.old.test'),"
                + " FindProxyForURL('http://a.dead.test/', 'a.dead.test'),"
                + " FindProxyForURL('https://www.test/', 'www.test'));\n");
    assertThat(node.run(folder, script.toString()))
        .isEqualTo("PROXY %1$s PROXY %1$s DIRECT\n".formatted(proxy.authority()));
  }

  @ParameterizedTest(name = "[{0}]")
  @ValueSource(strings = {"", "HTTPS a.example.com:3129, b.example.com:3128"})
  @DisplayName("A06, Q26: generate pac writes the file that a running Detour serves")
  void theFileThatIsGeneratedIsTheOneThatIsServed(String proxies, @TempDir Path folder)
      throws Exception {
    String text = RULES + "defaults: { legacy_suffixes: [corp.oldco.test] }\n";
    Path rules = Files.writeString(folder.resolve("rules.yaml"), text);
    List<PacProxy> named =
        Stream.of(proxies.split(", "))
            .filter(each -> !each.isEmpty())
            .map(each -> PacProxy.parse(each).orElseThrow())
            .toList();
    PacProxy corporate = PacProxy.parse("corporate.example.com:8080").orElseThrow();
    try (RunningServer running =
        RunningServer.start(
            text,
            options ->
                options
                    .with(ConfigurationKey.PAC_PROXIES, named)
                    .with(ConfigurationKey.PAC_OTHERWISE, List.of(corporate)))) {
      Path configuration =
          Files.writeString(
              folder.resolve("detour.yaml"),
              """
              listen: ["%s"]
              rules: ["%s"]
              pac: { proxies: [%s], otherwise: ["%s"] }
              """
                  .formatted(running.authority(), rules, proxies, corporate));
      CommandRun generated =
          CommandRun.of(new GenerateCommand(), "pac", "-c", configuration.toString());

      assertThat(generated.exitCode()).isZero();
      assertThat(generated.out())
          .contains("\".corp.oldco.test\": 1")
          .isEqualTo(
              get(http, running, "/proxy.pac")
                  .body()
                  .replace("from the rules in force;", "from " + rules + ";"));
    }
  }

  @Test
  @DisplayName("Q26: where only a listener with TLS is for browsers, the PAC file says HTTPS")
  void thePacFileNamesAListenerWithTls(@TempDir Path folder) throws Exception {
    IssuedCertificate certificate = IssuedCertificate.covering("localhost");
    ListenerOptions tls =
        new ListenerOptions(
            ListenAddress.parse("127.0.0.1:0"),
            ProxyProtocol.OFF,
            64,
            false,
            new ListenerOptions.TlsFiles(
                certificate.writeCertificate(folder), certificate.writeKey(folder)));
    try (RunningServer only =
        RunningServer.start(
            RULES, options -> options.with(ConfigurationKey.LISTEN, List.of(tls)))) {
      assertThat(get(http, only, "/proxy.pac").body())
          .contains("var proxy = \"HTTPS " + only.authority() + "\";");
    }
  }

  @Test
  void thePacFileOfAListenerForEverybodyHasTheNameUnderWhichItWasAsked() throws Exception {
    ListenAddress.Inet everywhere = ListenAddress.Inet.parse("0.0.0.0:0");
    try (RunningServer wide =
        RunningServer.start(
            RULES, options -> Configurations.listening(options, List.of(everywhere)))) {
      int port = wide.address().getPort();

      assertThat(get(http, wide, "/proxy.pac").body()).contains("PROXY 127.0.0.1:" + port);
      URI named =
          URI.create(
              "http://localhost:" + wide.adminAuthority().replaceFirst(".*:", "") + "/proxy.pac");
      assertThat(http.send(HttpRequest.newBuilder(named).build(), BodyHandlers.ofString()).body())
          .contains("PROXY localhost:" + port);
    }
  }

  @Test
  void thePacFileLeadsToNoListenerThatBrowsersCannotUse() throws Exception {
    ListenerOptions balanced =
        new ListenerOptions(
            ListenAddress.parse("127.0.0.1:0"), ProxyProtocol.AUTO, 64, false, null);
    ListenerOptions plain = ListenerOptions.of(ListenAddress.parse("[::]:0"));
    try (RunningServer both =
        RunningServer.start(
            RULES, options -> options.with(ConfigurationKey.LISTEN, List.of(balanced, plain)))) {
      assertThat(get(http, both, "/proxy.pac").body())
          .contains("PROXY 127.0.0.1:" + both.addresses().getLast().getPort());
    }
    try (RunningServer one =
        RunningServer.start(
            RULES, options -> options.with(ConfigurationKey.LISTEN, List.of(balanced)))) {
      assertThat(get(http, one, "/proxy.pac").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void withoutAListenerForBrowsersThereIsNoPacFile() throws Exception {
    try (RunningServer none =
        RunningServer.start(RULES, options -> Configurations.listening(options, List.of()))) {
      assertThat(get(http, none, "/proxy.pac").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theConfigurationInEffectIsShownWithoutSecrets() throws Exception {
    Configuration configuration =
        Configuration.defaults()
            .with(
                ConfigurationKey.PARENTS,
                Map.of("dc", Parent.parse("http://anna:zq9x@p.test:3128").orElseThrow()))
            .with(ConfigurationKey.THREADS, 3);
    try (RunningServer shown =
        RunningServer.with(
            options ->
                configuration
                    .with(ConfigurationKey.LISTEN, options.listen())
                    .with(ConfigurationKey.ADMIN_LISTEN, options.admin().listen()))) {
      HttpResponse<String> page = get(http, shown, "/configz");

      assertThat(type(page)).isEqualTo("application/yaml");
      assertThat(page.body()).contains("threads: 3", "p.test:3128").doesNotContain("zq9x", "anna");
    }
  }

  @Test
  void aHostileUserIsEscaped() throws Exception {
    String hostile = "a\r\n\u001b[2J\u202e\"<script>";
    HttpResponse<String> answer =
        get("/explain?host=a.test&user=" + URLEncoder.encode(hostile, UTF_8));

    assertThat(answer.body()).matches("[\\x20-\\x7e]+\n");
    assertThat(JsonMapper.shared().readTree(answer.body()).get("user").asString())
        .isEqualTo(hostile);
  }
}
