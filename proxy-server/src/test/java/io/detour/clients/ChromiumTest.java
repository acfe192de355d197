package io.detour.clients;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.detour.Tool;
import io.detour.rules.generate.PacFile;
import io.detour.rules.generate.PacOptions;
import io.detour.rules.generate.PacProxy;
import io.detour.rules.generate.RuleTranslation;
import io.detour.server.decide.RuleTexts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Chromium through the proxy: a page of one renamed host with sub-resources and WebSockets of
 * others. The page sends what it has received to its own host, where the test looks at it.
 */
@Timeout(90)
class ChromiumTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** The port of the discard service, on which nobody listens. */
  private static final PacProxy DEAD = PacProxy.parse("127.0.0.1:9").orElseThrow();

  private static final String SENT_TO = "/received/";
  private static final String MESSAGE = "a message that comes back. ".repeat(4_000);

  /** Whose load and whose echo each line is for; a page with TLS may load nothing without it. */
  private static final String SCRIPT =
      """
      <!doctype html><meta charset="utf-8"><body><script>
      const send = (name, body) => fetch("/received/" + name,
        {method: "POST", body, headers: {"Content-Type": "application/octet-stream"}});
      const load = (name, url) => fetch(url).then((answer) => answer.arrayBuffer())
        .then((body) => send(name, body), (e) => send(name, "failed: " + e));
      const echo = (name, url) => {
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send("a message that comes back. ".repeat(4000));
        socket.onmessage = (message) => { send(name, message.data); socket.close(); };
        socket.onerror = () => send(name, "failed");
      };
      """;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @SuppressWarnings("NullAway.Init")
  private WebSocketEcho plainEcho;

  @SuppressWarnings("NullAway.Init")
  private WebSocketEcho tlsEcho;

  @SuppressWarnings("NullAway.Init")
  private WireTap plainSockets;

  @SuppressWarnings("NullAway.Init")
  private WireTap tlsSockets;

  @BeforeEach
  void start() throws Exception {
    hosts = RenamedHosts.start(folder);
    plainEcho = WebSocketEcho.start(Scheme.HTTP, hosts.certificate());
    tlsEcho = WebSocketEcho.start(Scheme.HTTPS, hosts.certificate());
    plainSockets = WireTap.before(plainEcho.address());
    tlsSockets = WireTap.before(tlsEcho.address());
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
    plainSockets.close();
    tlsSockets.close();
    plainEcho.close();
    tlsEcho.close();
  }

  @ParameterizedTest(name = "W08, W09, A06, Q26: Chromium with --{1} loads a page over {0}")
  @CsvSource({
    "HTTP, proxy-server",
    "HTTPS, proxy-server",
    "HTTP, proxy-pac-url",
    "HTTPS, proxy-pac-url",
    "HTTP, proxy-pac-url of two proxies",
    "HTTPS, proxy-pac-url of two proxies"
  })
  @Execution(CONCURRENT)
  void loadsAPage(Scheme scheme, String option) throws Exception {
    Map<String, String> expected = new TreeMap<>();
    StringBuilder page = new StringBuilder(SCRIPT);
    for (Scheme part : Scheme.values()) {
      if (part == Scheme.HTTPS || scheme == Scheme.HTTP) {
        page.append(line("load", part + "-chunked", hosts.url(part, "cdn", Pages.CHUNKED)));
        expected.put(part + "-chunked", RenamedHosts.sha256(Pages.CHUNKED_BODY));
        page.append(line("load", part + "-slow", hosts.url(part, "cdn", Pages.SLOW)));
        expected.put(part + "-slow", RenamedHosts.sha256(Pages.PAGE));
        page.append(line("echo", part + "-socket", socketUrl(part)));
        expected.put(part + "-socket", RenamedHosts.sha256(MESSAGE.getBytes(UTF_8)));
      }
    }
    hosts.pages().stub(get("/page").willReturn(okForContentType("text/html", page + "</script>")));

    Process chromium = browse(option, hosts.url(scheme, "app", "/page"));
    try {
      await("the page has received everything")
          .atMost(DEADLINE)
          .until(() -> hosts.pages().count(SENT_TO) == expected.size());
    } finally {
      end(chromium);
    }

    assertThat(received()).isEqualTo(expected);
    hosts.assertLogged(scheme, "app");
    hosts.assertLogged(scheme, "cdn");
    hosts.assertLogged("ws", tlsSockets.port());
    assertThat(ClientHello.serverName(tlsSockets.conversations().getFirst().sent()))
        .isEqualTo("ws.old.example.com");
    if (scheme == Scheme.HTTP) {
      assertThat(hosts.forwarded())
          .anySatisfy(head -> hosts.assertForwarded(head, "app", "GET", "/page"))
          .anySatisfy(head -> hosts.assertForwarded(head, "cdn", "GET", Pages.CHUNKED));
      hosts.assertLogged("ws", plainSockets.port());
      assertThat(plainSockets.conversations().getFirst().requests().getFirst().values("Host"))
          .containsExactly("ws.old.example.com:" + plainSockets.port());
    }
  }

  /** With all that it has started: they write into the folder. */
  private static void end(Process chromium) {
    Stream.concat(Stream.of(chromium.toHandle()), chromium.descendants())
        .toList()
        .forEach(
            process -> {
              process.destroyForcibly();
              process.onExit().orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
            });
  }

  private static String line(String function, String name, String url) {
    return function + "(\"" + name + "\", \"" + url + "\");\n";
  }

  private String socketUrl(Scheme scheme) {
    return switch (scheme) {
      case HTTP -> "ws://ws.old.example.com:" + plainSockets.port() + "/";
      case HTTPS -> "wss://ws.old.example.com:" + tlsSockets.port() + "/";
    };
  }

  /** The hash of each thing that the page has sent back. */
  private Map<String, String> received() {
    Map<String, String> received = new TreeMap<>();
    for (LoggedRequest request : hosts.pages().requests()) {
      if (request.getUrl().startsWith(SENT_TO)) {
        received.put(
            request.getUrl().substring(SENT_TO.length()), RenamedHosts.sha256(request.getBody()));
      }
    }
    return received;
  }

  private Process browse(String option, String url) throws Exception {
    return Tool.ofPackage("chromium", "chromium")
        .with(Map.of("TMPDIR", folder.toString()))
        .start(
            folder.resolve("chromium.out"),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--user-data-dir=" + Files.createTempDirectory(folder, "profile"),
            "--ignore-certificate-errors-spki-list=" + keyHash(),
            setting(option),
            url);
  }

  private String setting(String option) {
    PacProxy proxy = PacProxy.parse(hosts.proxyAuthority()).orElseThrow();
    return switch (option) {
      case "proxy-server" -> "--proxy-server=http://" + hosts.proxyAuthority();
      case "proxy-pac-url" -> "--proxy-pac-url=" + pac(List.of(proxy));
      default -> "--proxy-pac-url=" + pac(List.of(DEAD, proxy));
    };
  }

  /** The rules as a PAC file, in a URL. */
  private static String pac(List<PacProxy> proxies) {
    String text =
        PacFile.of(
                RuleTranslation.of(
                    RuleTexts.parsed(RenamedHosts.RULES), "rules.yaml", Instant.now()),
                new PacOptions(proxies, List.of()))
            .text();
    return "data:application/x-ns-proxy-autoconfig;base64,"
        + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** Chromium trusts certificates with this key, whoever signed them. */
  private String keyHash() throws Exception {
    byte[] key = hosts.certificate().server().getCertificate().getPublicKey().getEncoded();
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
  }
}
