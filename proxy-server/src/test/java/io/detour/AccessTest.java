package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.rules.condition.PortRange;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.serve.Forward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use a running server, and for what. */
@Timeout(60)
class AccessTest {
  /** Of the password {@code p}. */
  private static final String ALICE =
      "alice:$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2\n";

  private static final AccessOptions OPEN = AccessOptions.open();

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @BeforeEach
  void start() throws IOException {
    origin = TcpOrigin.saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  }

  @AfterEach
  void stop() throws IOException {
    origin.close();
  }

  private static RunningServer with(AccessOptions access) throws IOException {
    return RunningServer.with(options -> options.withAccess(access));
  }

  private String get(String fields) {
    return "GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n";
  }

  private static String basic(String pair) {
    String credentials = Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    return "Proxy-Authorization: Basic " + credentials + "\r\n";
  }

  @Test
  @Tag("Q12")
  @Tag("Q18")
  @DisplayName("C23: CONNECT to a port that is not allowed is 403, and nothing is dialled")
  void portsAreDenied() throws IOException {
    PortSet web = new PortSet(List.of(new PortRange(443, 443)));
    AccessOptions access = OPEN.withPorts(web, OPEN.forwardPorts());
    try (RunningServer proxy = with(access);
        RawClient tunnel = proxy.client();
        RawClient plain = proxy.client()) {
      ResponseHead denied = tunnel.tunnel(origin.authority());
      assertThat(denied.status()).isEqualTo(403);
      assertThat(denied.field("proxy-status")).contains("error=http_request_denied");
      String port = origin.authority().replaceFirst(".*:", "");
      assertThat(denied.text())
          .startsWith(
              "HTTP/1.1 403 Forbidden: tunnels to port "
                  + port
                  + " are not allowed (access.connect_ports: 443)\r\n");
      assertThat(origin.accepted()).isZero();

      assertThat(plain.send(get("")).head().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest(name = "a client of 127.0.0.1 where {0} may use the proxy is admitted or not")
  @ValueSource(strings = {"127.0.0.0/8", "10.0.0.0/8"})
  void clientsAreAdmittedByTheirAddress(String subnet) throws IOException {
    boolean admitted = subnet.startsWith("127");
    AccessOptions access = clients(subnet);
    try (RunningServer proxy = with(access);
        RawClient tunnel = proxy.client();
        RawClient plain = proxy.client()) {
      assertThat(tunnel.tunnel(origin.authority()).status()).isEqualTo(admitted ? 200 : 403);
      assertThat(plain.send(get("")).head().status()).isEqualTo(admitted ? 200 : 403);
    }
  }

  @Test
  void aClientThatIsNotAdmittedIsToldSoBeforeItAsksAndTakesNoSlot() throws IOException {
    try (RunningServer proxy =
            RunningServer.with(
                options ->
                    options
                        .withAccess(clients("127.0.0.2/32"))
                        .withLimits(new ClientLimits(1, 1)));
        RawClient stranger = proxy.client();
        RawClient friend = proxy.clientFrom("127.0.0.2")) {
      assertThat(stranger.head().status()).isEqualTo(403);
      assertThat(friend.tunnel(origin.authority()).status()).isEqualTo(200);
    }
  }

  @Test
  void aClientOfAPlainTcpListenerThatIsNotAdmittedIsReset() throws IOException {
    HostPort target = HostPort.parse(origin.authority()).orElseThrow();
    Forward forward =
        new Forward.Fixed((ListenAddress.Inet) ListenAddress.parse("127.0.0.1:0"), target);
    AccessOptions access = clients("10.0.0.0/8");
    try (RunningServer proxy =
        RunningServer.with(
            options ->
                options.withAccess(access).with(ConfigurationKey.FORWARD, List.of(forward)))) {
      assertThat(answer(proxy)).isNull();
      assertThat(origin.accepted()).isZero();
    }
  }

  private static AccessOptions clients(String subnet) {
    return AccessVariants.clients(OPEN, List.of(Subnet.parse(subnet).orElseThrow()));
  }

  /** All that a client of the plain TCP listener gets, or null if it is reset. */
  private static @Nullable String answer(RunningServer proxy) {
    try (RawClient client = proxy.forwardClient(0)) {
      return client.rest();
    } catch (IOException reset) {
      return null;
    }
  }

  @Test
  @Tag("Q11")
  @DisplayName("D10 L07: without the password there is 407, with it a tunnel and a response")
  void usersAreAskedForTheirPassword(@TempDir Path folder) throws IOException {
    Path users = Files.writeString(folder.resolve("htpasswd"), ALICE, ISO_8859_1);
    AccessOptions access = AccessVariants.users(OPEN, users);
    String authority = origin.authority();
    String connect = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    try (RunningServer proxy = with(access)) {
      for (String wrong : List.of("", basic("alice:zq9x"), basic("zq9x:p"))) {
        try (RawClient client = proxy.client()) {
          ResponseHead asked = client.send(connect + wrong + "\r\n").head();
          assertThat(asked.status()).isEqualTo(407);
          assertThat(asked.field("proxy-authenticate"))
              .isEqualTo("Basic realm=\"Detour\", charset=\"UTF-8\"");
          assertThat(asked.field("connection")).isEqualTo("close");
          if (wrong.isEmpty()) {
            assertThat(asked.text())
                .as("Q11: Java shows its users the status line")
                .startsWith("HTTP/1.1 407 Proxy Authentication Required: ")
                .contains("-Djdk.http.auth.tunneling.disabledSchemes=)\r\n");
          }
          assertThat(asked.text() + client.rest()).doesNotContain("zq9x");
        }
      }
      assertThat(origin.accepted()).isZero();
      try (RawClient tunnel = proxy.client();
          RawClient plain = proxy.client()) {
        String right = basic("alice:p");
        assertThat(tunnel.send(connect + right + "\r\n").head().status()).isEqualTo(200);
        assertThat(plain.send(get(right)).head().status()).isEqualTo(200);
      }
    }
  }

  @Test
  @DisplayName("D09 W05: an address of this machine is 403 destination_ip_prohibited by default")
  void destinationsAreDenied() throws IOException {
    AccessOptions access = AccessVariants.destinations(OPEN, DestinationPolicy.defaults());
    try (RunningServer proxy = with(access);
        RawClient tunnel = proxy.client();
        RawClient plain = proxy.client()) {
      ResponseHead denied = tunnel.tunnel(origin.authority());
      assertThat(denied.status()).isEqualTo(403);
      assertThat(denied.field("proxy-status")).contains("error=destination_ip_prohibited");
      assertThat(denied.text())
          .startsWith("HTTP/1.1 403 Forbidden: the target's address is not allowed: loopback")
          .contains("allow: [loopback]");
      assertThat(plain.send(get("")).head().status()).isEqualTo(403);
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  @Tag("Q21")
  @DisplayName("Q21: CONNECT of HTTP/1.1 without Host is 400 that names the key that accepts it")
  void connectWithoutHostIsAcceptedOnlyIfTheConfigurationSaysSo() throws IOException {
    String connect = "CONNECT " + origin.authority() + " HTTP/1.1\r\n";
    try (RunningServer strict = with(OPEN);
        RawClient client = strict.client()) {
      ResponseHead refused = client.send(connect + "\r\n").head();
      assertThat(refused.text())
          .startsWith("HTTP/1.1 400 Bad Request: CONNECT of HTTP/1.1 has no header Host")
          .contains("access.lenient_connect: true");
      assertThat(origin.accepted()).isZero();
    }
    try (RunningServer lenient = with(AccessVariants.lenientConnect(OPEN))) {
      try (RawClient client = lenient.client()) {
        assertThat(client.send(connect + "\r\n").head().status()).isEqualTo(200);
      }
      for (String still :
          List.of(
              connect + "Host: a\r\nHost: a\r\n",
              connect + "Host: a b\r\n",
              connect + "Host:\r\n",
              "GET http://" + origin.authority() + "/ HTTP/1.1\r\n",
              "GET / HTTP/1.1\r\n")) {
        try (RawClient client = lenient.client()) {
          ExpectedRefusal.assertRead(client.send(still + "\r\n"), 400);
        }
      }
    }
  }

  @Test
  @DisplayName("C16: with strict_host, a Host that names another target is 400")
  void aStrictHostNamesTheTarget() throws IOException {
    try (RunningServer proxy = with(AccessVariants.strictHost(OPEN))) {
      for (String request :
          List.of(
              "CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: other.test\r\n\r\n",
              "GET http://" + origin.authority() + "/ HTTP/1.1\r\nHost: other.test\r\n\r\n")) {
        try (RawClient client = proxy.client()) {
          ExpectedRefusal.assertRead(client.send(request), 400);
        }
      }
      assertThat(origin.accepted()).isZero();
      assertThat(proxy.answer(origin.authority())).isNotNull();
    }
  }
}
