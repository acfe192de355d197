package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.detour.IssuedCertificate;
import io.detour.RunningServer;
import io.detour.config.Configuration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Hosts that were renamed from {@code NAME.old.example.com} to {@code NAME.new.example.com}, on
 * loopback ports: their pages, a proxy that leads there, and wire taps in front of both. Only the
 * new names can be looked up, and the certificate covers only the legacy ones, and localhost. It
 * lies in the folder, as {@code server.pem} and {@code server.key}.
 */
final class RenamedHosts implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String OLD = ".old.example.com";
  private static final String NEW = ".new.example.com";
  private static final List<String> NAMES = List.of("app", "cdn", "git", "shy", "ws");
  static final String RULES =
      """
      version: 1
      rules:
        - name: shy
          match: { host: { exact: [shy.old.example.com] } }
          action: rewrite
          to: shy.new.example.com
          host_header: preserve
        - name: renamed
          match: { host: { suffix: .old.example.com } }
          action: rewrite
          to: "{prefix}.new.example.com"
          log: warn
      """;

  private final IssuedCertificate certificate;
  private final Path authority;
  private final Pages pages;
  private final RunningServer server;
  private final WireTap proxy;
  private final WireTap plainOrigin;
  private final WireTap tlsOrigin;

  private RenamedHosts(Path folder, UnaryOperator<Configuration> change) throws Exception {
    certificate =
        IssuedCertificate.covering(
            Stream.concat(Stream.of("localhost"), NAMES.stream().map(name -> name + OLD))
                .toArray(String[]::new));
    certificate.writeCertificate(folder);
    certificate.writeKey(folder);
    authority = certificate.writeAuthority(folder);
    pages = Pages.start(certificate, folder);
    server = RunningServer.start(RULES, change);
    for (String name : NAMES) {
      server.dns().answer(name + NEW, "127.0.0.1");
    }
    proxy = WireTap.before(server.address());
    plainOrigin = WireTap.before(pages.address(Scheme.HTTP));
    tlsOrigin = WireTap.before(pages.address(Scheme.HTTPS));
  }

  /** Starts them with a proxy that anybody may use. */
  static RenamedHosts start(Path folder) throws Exception {
    return start(folder, options -> options);
  }

  /** Starts them with a proxy of other options. */
  static RenamedHosts start(Path folder, UnaryOperator<Configuration> change) throws Exception {
    return new RenamedHosts(folder, change);
  }

  /** The server itself, without a tap. */
  RunningServer server() {
    return server;
  }

  /** Asks everything of the origin of the pages. */
  Pages pages() {
    return pages;
  }

  /** Where clients find the proxy, as {@code 127.0.0.1:PORT}. */
  String proxyAuthority() {
    return "127.0.0.1:" + proxy.port();
  }

  InetSocketAddress proxyAddress() {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), proxy.port());
  }

  /** What clients have to trust: a file in PEM. */
  Path authority() {
    return authority;
  }

  IssuedCertificate certificate() {
    return certificate;
  }

  /** The URL of a page under a legacy name. */
  String url(Scheme scheme, String name, String target) {
    return url(scheme, name, port(scheme), target);
  }

  /** The same at another port. */
  String url(Scheme scheme, String name, int port, String target) {
    return scheme.text() + "://" + name + OLD + ':' + port + target;
  }

  private String legacy(Scheme scheme, String name) {
    return name + OLD + ':' + port(scheme);
  }

  /** The port of the pages, for all names. */
  int port(Scheme scheme) {
    return origin(scheme).port();
  }

  /** Connections to the proxy. */
  WireTap proxy() {
    return proxy;
  }

  /** Connections to the origin of the pages. */
  WireTap origin(Scheme scheme) {
    return switch (scheme) {
      case HTTP -> plainOrigin;
      case HTTPS -> tlsOrigin;
    };
  }

  /** Every request head that reached the origin without TLS, in order. */
  List<RequestHead> forwarded() {
    return origin(Scheme.HTTP).conversations().stream()
        .flatMap(conversation -> conversation.requests().stream())
        .toList();
  }

  /**
   * Checks that the origin was asked exactly once, for this, by a client that asked for a legacy
   * name.
   *
   * @param target path and query as the client was told them
   */
  void assertAskedOnce(Scheme scheme, String name, String method, String target) {
    switch (scheme) {
      case HTTP -> {
        assertThat(forwarded()).hasSize(1);
        assertForwarded(forwarded().getFirst(), name, method, target);
      }
      case HTTPS -> {
        assertTunnelled(name);
        assertThat(pages.requests()).hasSize(1);
        LoggedRequest request = pages.requests().getFirst();
        assertThat(request.getMethod().value()).isEqualTo(method);
        assertThat(request.getUrl()).isEqualTo(target);
        assertThat(request.getHost() + ':' + request.getPort()).isEqualTo(legacy(scheme, name));
        assertThat(request.getAllHeaderKeys())
            .noneMatch("via"::equalsIgnoreCase)
            .noneMatch("proxy-authorization"::equalsIgnoreCase);
      }
    }
    assertLogged(scheme, name);
  }

  /** Checks a request that came in absolute-form and reached the origin in origin-form. */
  void assertForwarded(RequestHead head, String name, String method, String target) {
    assertForwarded(head, name, port(Scheme.HTTP), method, target);
  }

  /** The same of an origin at another port. */
  void assertForwarded(RequestHead head, String name, int port, String method, String target) {
    assertThat(head.method()).isEqualTo(method);
    assertThat(head.target()).isEqualTo(target);
    assertThat(head.version()).isEqualTo("HTTP/1.1");
    assertThat(head.values("Host")).containsExactly(name + NEW + ':' + port);
    assertThat(head.names())
        .noneMatch(field -> field.startsWith("proxy-"))
        .doesNotContain("upgrade", "http2-settings", "keep-alive", "te");
    assertThat(head.values("Via")).singleElement().asString().matches("1\\.[01] \\S+");
  }

  /**
   * Checks that the tunnels carried what both sides sent, byte for byte, and that the client asked
   * for the legacy name in its first message.
   */
  void assertTunnelled(String name) {
    assertTunnelled(name, origin(Scheme.HTTPS));
  }

  /** The same of all tunnels to another origin. */
  void assertTunnelled(String name, WireTap origin) {
    List<Conversation> asked =
        proxy.conversations().stream().filter(Conversation::tunnelled).toList();
    List<Conversation> came = origin.conversations();
    await("every tunnel ends")
        .atMost(DEADLINE)
        .until(
            () ->
                asked.stream().allMatch(Conversation::ended)
                    && came.stream().allMatch(Conversation::ended));
    assertThat(asked).isNotEmpty();
    assertThat(asked.stream().map(Conversation::inTunnel).map(RenamedHosts::hashes))
        .containsExactlyInAnyOrderElementsOf(came.stream().map(RenamedHosts::hashes).toList());
    assertThat(came)
        .allSatisfy(
            conversation ->
                assertThat(ClientHello.serverName(conversation.sent())).isEqualTo(name + OLD));
  }

  private static String hashes(Conversation conversation) {
    return "up "
        + conversation.sent().length
        + ' '
        + sha256(conversation.sent())
        + ", down "
        + conversation.answered().length
        + ' '
        + sha256(conversation.answered());
  }

  /** A hash as the tools print it. */
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Checks that the use of the legacy name was logged. */
  void assertLogged(Scheme scheme, String name) {
    assertLogged(name, port(scheme));
  }

  /** The same for another port. */
  void assertLogged(String name, int port) {
    Map<String, String> line =
        Map.of(
            "client", "127.0.0.1",
            "requested", name + OLD + ':' + port,
            "rule", "renamed",
            "action", "rewrite",
            "target", name + NEW + ':' + port);
    // A plain HTTP request is logged when it has been answered.
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(server.log().uses())
                    .anySatisfy(facts -> assertThat(facts).containsAllEntriesOf(line)));
    assertThat(server.log().refusals())
        .noneMatch(
            facts ->
                facts.getOrDefault("requested", OLD).contains(OLD)
                    && !"407".equals(facts.get("status")));
  }

  @Override
  public void close() throws IOException {
    server.close();
    plainOrigin.close();
    tlsOrigin.close();
    proxy.close();
    pages.close();
  }
}
