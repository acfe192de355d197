package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.core.relay.RelayMode;
import io.detour.server.accept.ListenAddress;
import io.detour.server.access.AccessVariants;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.serve.Forward;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain TCP listeners with a fixed target, through raw sockets. */
@Timeout(60)
class ForwardListenerTest {
  private static final ListenAddress.Inet FREE = ListenAddress.Inet.parse("127.0.0.1:0");
  private static final int MEGABYTE = 1 << 20;
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: [db.old.test] } }
          action: rewrite
          to: db.new.test
          log: warn
        - name: gone
          match: { host: { suffix: dead.test } }
          action: reject
          message: moved, see the wiki
      """;

  /** How sockets are spoken to, and how bytes are moved. */
  enum Way {
    SPLICE(RelayMode.SPLICE),
    COPY(RelayMode.COPY),
    NIO(RelayMode.AUTO);

    private final RelayMode mode;

    Way(RelayMode mode) {
      this.mode = mode;
    }

    Transport transport() {
      return this == NIO ? Transport.nio() : Transport.epoll();
    }
  }

  private static RunningServer forwarding(Way way, String... targets) throws IOException {
    List<Forward> forwards =
        List.of(targets).stream()
            .<Forward>map(target -> new Forward.Fixed(FREE, HostPort.parse(target).orElseThrow()))
            .toList();
    return RunningServer.start(
        RULES,
        way.transport(),
        options ->
            options
                .with(ConfigurationKey.FORWARD, forwards)
                .with(ConfigurationKey.RELAY_MODE, way.mode));
  }

  private static RunningServer forwarding(String... targets) throws IOException {
    return forwarding(Way.SPLICE, targets);
  }

  @ParameterizedTest(name = "T01 {0}: a client that ends its direction gets the whole answer")
  @EnumSource
  void aClientThatHalfClosesGetsTheAnswer(Way way) throws IOException {
    try (TcpOrigin origin = answersAtTheEnd();
        RunningServer proxy = forwarding(way, origin.authority());
        RawClient client = proxy.forwardClient(0)) {
      String answer = client.send("abc").endOutput().rest();

      assertThat(answer).hasSize(MEGABYTE + 3).startsWith("abc");
    }
  }

  @ParameterizedTest(name = "T02 {0}: a target that ends its direction gets the rest of the upload")
  @EnumSource
  void aTargetThatHalfClosesGetsTheRest(Way way) throws IOException {
    CompletableFuture<Integer> received = new CompletableFuture<>();
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getOutputStream().write("bye".getBytes(ISO_8859_1));
                  connection.shutdownOutput();
                  received.complete(connection.getInputStream().readAllBytes().length);
                });
        RunningServer proxy = forwarding(way, origin.authority());
        RawClient client = proxy.forwardClient(0)) {
      assertThat(client.rest()).isEqualTo("bye");
      client.send(new byte[MEGABYTE]).endOutput();

      assertThat(received.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(MEGABYTE);
    }
  }

  @ParameterizedTest(name = "T07 {0}: a client's reset reaches the target as a reset")
  @EnumSource
  void aResetOfTheClientReachesTheTarget(Way way) throws IOException {
    CompletableFuture<String> end = new CompletableFuture<>();
    try (TcpOrigin origin =
            TcpOrigin.start(connection -> end.complete(endOf(connection.getInputStream())));
        RunningServer proxy = forwarding(way, origin.authority());
        RawClient client = proxy.forwardClient(0)) {
      client.send("abc");
      await().until(() -> proxy.metric("detour_relayed_bytes_total", "\"upstream\"") == 3);

      client.reset();

      assertThat(end.orTimeout(10, TimeUnit.SECONDS).join()).contains("reset");
    }
  }

  @ParameterizedTest(name = "T08 {0}: a target's reset reaches the client as a reset")
  @EnumSource
  void aResetOfTheTargetReachesTheClient(Way way) throws IOException {
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  connection.getOutputStream().write("part".getBytes(ISO_8859_1));
                  connection.getInputStream().read();
                  connection.setOption(StandardSocketOptions.SO_LINGER, 0);
                });
        RunningServer proxy = forwarding(way, origin.authority());
        RawClient client = proxy.forwardClient(0)) {
      assertThat(client.read(4)).isEqualTo("part");
      client.send("x");

      assertThatThrownBy(client::rest)
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @ParameterizedTest(
      name = "T19 {0}: a client that ends its direction before the dial is over gets the answer")
  @EnumSource
  void aClientThatHalfClosesWhileDiallingIsServed(Way way) throws IOException {
    try (TcpOrigin origin = answersAtTheEnd();
        RunningServer proxy = forwarding(way, "slow.test:" + origin.port())) {
      proxy.dns().answer("slow.test", "127.0.0.1").hold("slow.test");
      try (RawClient client = proxy.forwardClient(0)) {
        client.send("abc").endOutput();
        await().until(() -> !proxy.dns().asked("slow.test").isEmpty());
        proxy.dns().release("slow.test");

        assertThat(client.rest()).hasSize(MEGABYTE + 3).startsWith("abc");
      }
    }
  }

  @Test
  void theRulesDecideAndTheUseIsLoggedAndCounted() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = forwarding("db.old.test:" + origin.port())) {
      proxy.dns().answer("db.new.test", "127.0.0.1");
      try (RawClient client = proxy.forwardClient(0)) {
        assertThat(client.send("ping").endOutput().rest()).isEqualTo("ping");
      }

      assertThat(proxy.log().uses())
          .containsExactly(
              Map.of(
                  "level",
                  "WARN",
                  "client",
                  "127.0.0.1",
                  "requested",
                  "db.old.test:" + origin.port(),
                  "rule",
                  "moved",
                  "action",
                  "rewrite",
                  "mode",
                  "enforce",
                  "target",
                  "db.new.test:" + origin.port(),
                  "attempts",
                  "1",
                  "status",
                  "200"));
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"moved\"")).isEqualTo(1);
      assertThat(proxy.metric("detour_requests_total", "kind=\"tcp\"", "code=\"200\""))
          .isEqualTo(1);
      assertThat(proxy.metric("detour_requests_total", "kind=\"connect\"")).isZero();
    }
  }

  @ParameterizedTest(name = "{0} {1}: reset without a byte, and counted")
  @CsvSource({
    "api.dead.test:22, 403, http_request_denied",
    "none.test:22, 502, dns_error",
    "127.0.0.1:closed, 502, connection_refused",
    "any.invalid:22, 502, dns_error"
  })
  void whatCannotBeServedIsReset(String target, int code, String error) throws IOException {
    String open = target.replace("closed", String.valueOf(LoopbackPort.refusing()));
    try (RunningServer proxy = forwarding(open)) {
      assertReset(proxy);

      assertThat(proxy.metric("detour_requests_total", "kind=\"tcp\"", "code=\"" + code + "\""))
          .isEqualTo(1);
      assertThat(proxy.metric("detour_request_errors_total", "error=\"" + error + "\""))
          .isEqualTo(1);
      assertThat(proxy.log().refusals())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("requested", open)
                      .containsEntry("status", String.valueOf(code))
                      .containsEntry("error", error));
    }
  }

  @ParameterizedTest(name = "{0}: a client whose target cannot be reached is reset")
  @EnumSource
  void aRefusalIsAResetOnEveryTransport(Way way) throws IOException {
    try (RunningServer proxy = forwarding(way, "127.0.0.1:" + LoopbackPort.refusing())) {
      assertReset(proxy);
    }
  }

  @ParameterizedTest(name = "C24: CONNECT to a plain TCP listener as {0}: 502")
  @ValueSource(strings = {"127.0.0.1", "localhost", "0.0.0.0"})
  void aPlainListenerIsNoTargetOfATunnel(String host) throws IOException {
    try (RunningServer proxy = forwarding("none.test:22");
        RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel(host + ":" + proxy.forwardAddress(0).getPort());

      assertThat(head.status()).isEqualTo(502);
      assertThat(head.field("Proxy-Status")).contains("proxy_loop_detected");
    }
  }

  @Test
  @DisplayName("C24: a plain TCP listener that leads to itself resets its clients")
  void aPlainListenerDoesNotLeadToItself() throws IOException {
    int port = LoopbackPort.free();
    ListenAddress.Inet self = ListenAddress.Inet.parse("127.0.0.1:" + port);
    HostPort target = HostPort.parse("localhost:" + port).orElseThrow();
    try (RunningServer proxy =
        RunningServer.with(
            options ->
                options.with(ConfigurationKey.FORWARD, List.of(new Forward.Fixed(self, target))))) {
      assertReset(proxy);

      assertThat(proxy.metric("detour_request_errors_total", "error=\"proxy_loop_detected\""))
          .isEqualTo(1);
    }
  }

  @Test
  void aTakenPortIsNamedAndNothingIsListenedOn() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      ListenAddress.Inet free = ListenAddress.Inet.parse("127.0.0.1:" + LoopbackPort.free());
      ListenAddress.Inet busy = ListenAddress.Inet.parse("127.0.0.1:" + taken.getLocalPort());

      assertThatThrownBy(
              () ->
                  RunningServer.with(
                          options ->
                              Configurations.listening(options, List.of(free))
                                  .with(
                                      ConfigurationKey.FORWARD,
                                      List.of(
                                          new Forward.Fixed(
                                              busy, HostPort.parse("none.test:22").orElseThrow()))))
                      .close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
      assertThatThrownBy(() -> RawClient.connect(free.socketAddress()))
          .hasMessageContaining("refused");
    }
  }

  /** The reset may come before this process has noticed that it is connected. */
  private static void assertReset(RunningServer proxy) {
    assertThatThrownBy(
            () -> {
              try (RawClient client = proxy.forwardClient(0)) {
                client.rest();
              }
            })
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private static String endOf(InputStream in) throws IOException {
    try {
      return in.readAllBytes().length + " bytes and the end";
    } catch (SocketException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static TcpOrigin answersAtTheEnd() throws IOException {
    return TcpOrigin.start(
        connection -> {
          byte[] question = connection.getInputStream().readAllBytes();
          connection.getOutputStream().write(question);
          connection.getOutputStream().write(new byte[MEGABYTE]);
        });
  }

  /** What is denied by default, and a subnet. */
  private static DestinationPolicy denying(String subnet) {
    DestinationPolicy usual = DestinationPolicy.defaults();
    return new DestinationPolicy(
        usual.denyClasses(), List.of(Subnet.parse(subnet).orElseThrow()), Set.of(), List.of());
  }

  @ParameterizedTest(name = "D09: {0} is reached: {1}")
  @CsvSource({
    "127.0.0.1, true",
    "loopback.test, true",
    "denied.test, true",
    "ruled.test, false",
    "allowed.test, true"
  })
  void onlyTheListenersOwnTargetMayBeAnyAddress(String target, boolean reached) throws IOException {
    try (TcpOrigin origin = TcpOrigin.saying("hello");
        RunningServer proxy =
            RunningServer.start(
                """
                version: 1
                rules:
                  - { name: no, match: { host: { exact: ruled.test } }, action: rewrite, to: loopback.test }
                  - name: yes
                    match: { host: { exact: allowed.test } }
                    action: rewrite
                    targets: [{ to: loopback.test, allow: [loopback] }]
                """,
                options ->
                    options
                        .withAccess(
                            AccessVariants.destinations(options.access(), denying("127.0.0.0/8")))
                        .with(
                            ConfigurationKey.FORWARD,
                            List.of(
                                new Forward.Fixed(
                                    FREE,
                                    HostPort.parse(target + ":" + origin.port())
                                        .orElseThrow()))))) {
      proxy.dns().answer("loopback.test", "127.0.0.1").answer("denied.test", "127.0.0.1");

      if (reached) {
        try (RawClient client = proxy.forwardClient(0)) {
          assertThat(client.rest()).isEqualTo("hello");
        }
      } else {
        assertThatThrownBy(
                () -> {
                  try (RawClient client = proxy.forwardClient(0)) {
                    client.rest();
                  }
                })
            .isInstanceOf(SocketException.class);
        assertThat(proxy.metric("detour_request_errors_total", "destination_ip_prohibited"))
            .isOne();
      }
    }
  }
}
