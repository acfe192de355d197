package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.LoopbackPort;
import io.detour.Tool;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.ConfigurationKey;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A proxy with a configuration file that has users, and listeners with TLS and on a UNIX socket.
 * The one user is {@code ann} with the password {@code opensesame}.
 */
@Timeout(60)
class ConfiguredProxyTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String USERS =
      "ann:$2b$05$abcdefghijklmnopqrstuuQbLfdQZSxZ9gjhA5V9o8Tyc6aQRO0Qi\n";
  private static final String USER = "ann";
  private static final String PASSWORD = "opensesame";
  private static final String CREDENTIALS = USER + ":" + PASSWORD;
  private static final String PLAIN = "listen: ['127.0.0.1:0']\n";
  private static final String TLS =
      """
      listen:
        - { address: "127.0.0.1:0", tls: { certificate: server.pem, key: server.key } }
      """;
  private static final String OPEN =
      """
      admin: { listen: "127.0.0.1:0" }
      access:
        connect_ports: any
        destinations: { deny: [] }
      """;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @BeforeEach
  void writeUsers() throws Exception {
    Files.writeString(folder.resolve("htpasswd"), USERS);
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @ParameterizedTest(name = "D10, F06: curl is let in over {0} with the right password only")
  @EnumSource(Scheme.class)
  void curlNeedsThePassword(Scheme scheme) throws Exception {
    start(PLAIN + OPEN + "  users: htpasswd\n");
    Tool curl = curl("http://" + hosts.proxyAuthority());
    String url = hosts.url(scheme, "app", "/page");

    for (List<String> credentials :
        List.of(List.<String>of(), List.of("--proxy-user", USER + ":wrong"))) {
      Tool.Ended ended =
          curl.with(credentials.toArray(String[]::new)).end(folder, "--include", url);
      assertThat(ended.status()).isNotZero();
      assertThat(ended.printed()).contains("HTTP/1.1 407 Proxy Authentication Required");
      assertThat(ended.printed()).containsIgnoringCase("proxy-authenticate: Basic realm=");
    }
    assertThat(hosts.origin(scheme).conversations()).isEmpty();

    curl.run(folder, "--proxy-user", CREDENTIALS, "--output", body(), url);
    assertThat(Files.readAllBytes(Path.of(body()))).isEqualTo(Pages.PAGE);
    hosts.assertAskedOnce(scheme, "app", "GET", "/page");
  }

  @ParameterizedTest(name = "D10, F06: wget and urllib say a password over {0}")
  @EnumSource(Scheme.class)
  void toolsSayThePassword(Scheme scheme) throws Exception {
    start(PLAIN + OPEN + "  users: htpasswd\n");
    String proxy = "http://" + CREDENTIALS + "@" + hosts.proxyAuthority();
    String url = hosts.url(scheme, "app", "/page");
    Map<String, String> environment =
        Map.of(
            "http_proxy",
            proxy,
            "https_proxy",
            proxy,
            "no_proxy",
            "",
            "SSL_CERT_FILE",
            hosts.authority().toString());

    Tool.ofPackage("wget", "wget")
        .with(environment)
        .run(
            folder,
            "--no-config",
            "--quiet",
            "--ca-certificate=" + hosts.authority(),
            "--output-document=" + body(),
            url);
    assertThat(Files.readAllBytes(Path.of(body()))).isEqualTo(Pages.PAGE);

    String program = "import sys, urllib.request as r; print(len(r.urlopen(sys.argv[1]).read()))";
    assertThat(
            Tool.ofPackage("python3", "python3").with(environment).run(folder, "-c", program, url))
        .isEqualTo(Pages.PAGE.length + "\n");

    for (RequestHead head : hosts.forwarded()) {
      hosts.assertForwarded(head, "app", "GET", "/page");
    }
    assertThat(hosts.pages().requests()).hasSize(2);
  }

  @Test
  @DisplayName("D10: openssl s_client says a password")
  void opensslSaysThePassword() throws Exception {
    start(PLAIN + OPEN + "  users: htpasswd\n");

    String printed =
        Tool.ofPackage("openssl", "openssl")
            .run(
                folder,
                "s_client",
                "-proxy",
                hosts.proxyAuthority(),
                "-proxy_user",
                USER,
                "-proxy_pass",
                "pass:" + PASSWORD,
                "-connect",
                "app.old.example.com:" + hosts.port(Scheme.HTTPS),
                "-servername",
                "app.old.example.com",
                "-CAfile",
                hosts.authority().toString());

    assertThat(printed).contains("Verification: OK");
    hosts.assertTunnelled("app");
  }

  @ParameterizedTest(name = "D10, F06: Java''s HttpClient asks its authenticator over {0}")
  @EnumSource(Scheme.class)
  void javaAsksItsAuthenticator(Scheme scheme) throws Exception {
    start(PLAIN + OPEN + "  users: htpasswd\n");
    try (HttpClient client =
        HttpClient.newBuilder()
            .proxy(ProxySelector.of(hosts.proxyAddress()))
            .sslContext(hosts.certificate().trusting())
            .authenticator(
                new Authenticator() {
                  @Override
                  protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(USER, PASSWORD.toCharArray());
                  }
                })
            .build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(hosts.url(scheme, "app", "/page")))
              .timeout(DEADLINE)
              .build();

      assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(Pages.PAGE);
    }
    hosts.assertAskedOnce(scheme, "app", "GET", "/page");
  }

  @ParameterizedTest(name = "curl reaches the proxy over TLS and a page over {0}")
  @EnumSource(Scheme.class)
  void curlUsesTls(Scheme scheme) throws Exception {
    start(TLS + OPEN + "  users: htpasswd\n");

    curl("https://localhost:" + hosts.proxyAddress().getPort())
        .run(
            folder,
            "--proxy-cacert",
            hosts.authority().toString(),
            "--proxy-user",
            CREDENTIALS,
            "--output",
            body(),
            hosts.url(scheme, "app", Pages.LARGE));

    assertThat(RenamedHosts.sha256(Files.readAllBytes(Path.of(body()))))
        .isEqualTo(RenamedHosts.sha256(Pages.LARGE_BODY));
    assertThat(hosts.pages().requests()).hasSize(1);
    hosts.assertLogged(scheme, "app");
  }

  @ParameterizedTest(
      name = "curl reaches the proxy over a UNIX socket, by socat, and a page over {0}")
  @EnumSource(Scheme.class)
  void curlUsesAUnixSocket(Scheme scheme) throws Exception {
    Tool socat = Tool.ofPackage("socat", "socat");
    Path socket = folder.resolve("proxy.sock");
    start("listen: ['127.0.0.1:0', 'unix:" + socket + "']\n" + OPEN);
    InetSocketAddress bridge =
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), LoopbackPort.free());
    Process bridging =
        socat.start(
            folder.resolve("socat.out"),
            "TCP-LISTEN:" + bridge.getPort() + ",bind=127.0.0.1,fork,reuseaddr",
            "UNIX-CONNECT:" + socket);
    try {
      Awaitility.await().atMost(DEADLINE).until(() -> answers(bridge));

      curl("http://127.0.0.1:" + bridge.getPort())
          .run(folder, "--output", body(), hosts.url(scheme, "app", Pages.LARGE));
    } finally {
      List<ProcessHandle> forked = new ArrayList<>(bridging.descendants().toList());
      bridging.destroyForcibly().waitFor();
      forked.forEach(ProcessHandle::destroyForcibly);
    }
    assertThat(RenamedHosts.sha256(Files.readAllBytes(Path.of(body()))))
        .isEqualTo(RenamedHosts.sha256(Pages.LARGE_BODY));
    assertThat(hosts.proxy().conversations()).isEmpty();
    assertThat(hosts.pages().requests()).hasSize(1);
  }

  private static boolean answers(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private void start(String configuration) throws Exception {
    ConfigurationFile read = ConfigurationFile.parse(folder.resolve("detour.yaml"), configuration);
    assertThat(read).isInstanceOf(ConfigurationFile.Loaded.class);
    Configuration loaded = ((ConfigurationFile.Loaded) read).configuration();
    hosts =
        RenamedHosts.start(
            folder,
            options ->
                loaded.with(
                    ConfigurationKey.RESOLVER_SERVERS,
                    options.get(ConfigurationKey.RESOLVER_SERVERS)));
  }

  private Tool curl(String proxy) {
    return Tool.ofPackage("curl", "curl")
        .with("--disable", "--silent", "--show-error", "--fail", "--max-time", "20")
        .with("--noproxy", "", "--proxy", proxy, "--cacert", hosts.authority().toString());
  }

  private String body() {
    return folder.resolve("body").toString();
  }
}
