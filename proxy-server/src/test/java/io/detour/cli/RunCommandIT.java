package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.DetourProcess;
import io.detour.RawClient;
import io.detour.SocketTable;
import io.detour.TcpOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code detour run} as a process: what it prints, how it stops, how it fails to start. */
@Timeout(90)
class RunCommandIT {
  private static final Duration AT_ONCE = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int TIMEOUT_MILLIS = 5000;
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: [old.test] } }
          action: rewrite
          to: localhost
          log: warn
      """;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @BeforeEach
  void startOrigin() throws IOException {
    origin = TcpOrigin.echo();
  }

  @AfterEach
  void stopOrigin() throws IOException {
    origin.close();
  }

  @ParameterizedTest(
      name = "X01: SIG{0} stops accepting at once, the tunnel ends by itself, exit 0")
  @ValueSource(strings = {"TERM", "INT"})
  @Execution(CONCURRENT)
  void aSignalLetsTunnelsEnd(String signal) throws Exception {
    try (DetourProcess detour = serving("30s");
        RawClient client = detour.client();
        RawClient silent = detour.client()) {
      assumeDelivered(detour, signal);
      openTunnel(client);
      assertThat(readyStatus(detour)).isEqualTo(200);

      detour.signal(signal);

      awaitRefused(detour);
      assertThat(readyStatus(detour)).isEqualTo(503);
      assertThat(silent.rest()).as("a client that asked for nothing is let go").isEmpty();
      assertThat(client.send("still").read(5)).isEqualTo("still");
      assertThat(detour.isAlive()).isTrue();
      assertThat(client.send("bye").endOutput().rest()).isEqualTo("bye");
      assertThat(detour.exitWithin(AT_ONCE)).isZero();
      assertThat(detour.err()).contains("SIG" + signal + ": no new clients", "stopped");
    }
  }

  @Test
  @DisplayName("X01: without a tunnel SIGTERM ends it at once, exit 0")
  @Execution(CONCURRENT)
  void withoutATunnelItEndsAtOnce() throws Exception {
    try (DetourProcess detour = serving("30s")) {
      detour.signal("TERM");

      assertThat(detour.exitWithin(AT_ONCE)).isZero();
    }
  }

  @Test
  @DisplayName("X02: a tunnel that does not end is closed after the drain timeout, exit 0")
  @Execution(CONCURRENT)
  void aTunnelThatDoesNotEndIsClosedAfterTheDrainTimeout() throws Exception {
    try (DetourProcess detour = serving("1s");
        RawClient client = detour.client()) {
      openTunnel(client);
      long start = System.nanoTime();

      detour.signal("TERM");

      assertEnds(client);
      assertThat(detour.exitWithin(LONG)).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
      assertThat(detour.err()).contains("1 client");
    }
  }

  @ParameterizedTest(name = "X03: SIG{0} and then SIG{1} exits at once with {2}")
  @CsvSource({"TERM, TERM, 143", "INT, INT, 130", "TERM, INT, 130"})
  @Execution(CONCURRENT)
  void aSecondSignalEndsItAtOnce(String first, String second, int exitCode) throws Exception {
    try (DetourProcess detour = serving("30s");
        RawClient client = detour.client()) {
      assumeDelivered(detour, first);
      assumeDelivered(detour, second);
      openTunnel(client);
      detour.signal(first);
      awaitRefused(detour);

      detour.signalUntilItEnds(second, LONG);

      assertThat(detour.exitWithin(AT_ONCE)).isEqualTo(exitCode);
      assertEnds(client);
    }
  }

  @ParameterizedTest(name = "X03: SIG{0} that is sent twice at once is one")
  @ValueSource(strings = {"TERM", "INT"})
  @Execution(CONCURRENT)
  void aSignalThatIsSentTwiceAtOnceIsOne(String signal) throws Exception {
    try (DetourProcess detour = serving("30s");
        RawClient client = detour.client()) {
      assumeDelivered(detour, signal);
      openTunnel(client);

      detour.signalTwice(signal);

      awaitRefused(detour);
      assertThat(client.send("bye").endOutput().rest()).isEqualTo("bye");
      assertThat(detour.exitWithin(AT_ONCE)).isZero();
      assertThat(detour.err().lines().toList().getLast()).endsWith("stopped");
    }
  }

  @Test
  @DisplayName("X04: after a kill it binds the same port at once, although a tunnel was open")
  @Execution(CONCURRENT)
  void itBindsAtOnceAfterAKill() throws Exception {
    String address;
    try (DetourProcess detour = serving("30s");
        RawClient client = detour.client()) {
      openTunnel(client);
      address = "127.0.0.1:" + detour.addresses().getFirst().getPort();
      detour.kill();
    }
    try (DetourProcess again =
        DetourProcess.start(
                folder, Map.of(), "run", "--listen", address, "--admin-listen", "127.0.0.1:0")
            .ready()) {
      assertThat(again.addresses()).hasSize(1);
    }
  }

  @Test
  @DisplayName("R01: SIGHUP reads the rules again; the process lives, and so do its tunnels")
  @Execution(CONCURRENT)
  void aHangUpReadsTheRulesAgain() throws Exception {
    try (DetourProcess detour = serving("30s", "off");
        RawClient tunnel = detour.client();
        RawClient next = detour.client();
        RawClient last = detour.client()) {
      assumeFalse(detour.ignores(1), "this was started with SIGHUP ignored; skipped");
      openTunnel(tunnel);

      Files.writeString(folder.resolve("moved.yaml"), RULES.replace("old.test", "older.test"));
      detour.signal("HUP");
      awaitSaid(detour, "rules reloaded (SIGHUP): 1 rule in force: 1 changed (moved)");
      assertThat(next.tunnel("older.test:" + origin.port()).status()).isEqualTo(200);

      Files.writeString(folder.resolve("moved.yaml"), RULES.replace("exact", "exat"));
      detour.signal("HUP");
      awaitSaid(detour, "rules not reloaded (SIGHUP): ");
      assertThat(detour.err()).contains("moved.yaml:4:22: unknown key \"exat\"");
      assertThat(last.tunnel("older.test:" + origin.port()).status()).isEqualTo(200);
      assertThat(tunnel.send("ping").read(4)).isEqualTo("ping");
      assertThat(detour.isAlive()).isTrue();
    }
  }

  @Test
  @DisplayName("R04: a file that changes is read without anybody's asking")
  @Execution(CONCURRENT)
  void aChangeOfTheFileIsEnough() throws Exception {
    try (DetourProcess detour = serving("30s")) {
      Files.writeString(folder.resolve("moved.yaml"), "version: 1\nrules: []\n");

      awaitSaid(detour, "rules reloaded (files changed): 0 rules in force: 1 removed (moved)");
    }
  }

  private static void awaitSaid(DetourProcess detour, String text) {
    await(text).atMost(LONG).until(() -> detour.err().contains(text));
  }

  @Test
  @Execution(CONCURRENT)
  void theEnvironmentSetsTheListenersAndTheRules() throws Exception {
    SocketTable.assumeIpv6();
    Map<String, String> environment =
        Map.of(
            "DETOUR_LISTEN", "127.0.0.1:0,[::1]:0",
            "DETOUR_ADMIN_LISTEN", "127.0.0.1:0",
            "DETOUR_RULES", rules().toString());
    try (DetourProcess detour = DetourProcess.start(folder, environment, "run").ready();
        RawClient client = RawClient.connect(detour.addresses().getLast())) {
      assertThat(detour.addresses())
          .extracting(InetSocketAddress::getAddress)
          .containsExactly(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
      assertThat(client.tunnel("OLD.test:" + origin.port()).field("Proxy-Status"))
          .isEqualTo("detour; next-hop=\"localhost:" + origin.port() + "\"");
      await().atMost(LONG).until(() -> detour.out().contains("decision"));
      assertThat(detour.out())
          .contains(" kind=connect client=::1 requested=old.test:" + origin.port())
          .contains("rule=moved action=rewrite mode=enforce target=localhost:" + origin.port());
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aTakenPortIsOneSentenceAndExit1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      try (DetourProcess detour =
          DetourProcess.start(
              folder, Map.of(), "run", "--listen", address, "--admin-listen", "127.0.0.1:0")) {
        assertThat(detour.exitWithin(LONG)).isEqualTo(1);
        assertThat(detour.err().lines().filter(line -> line.startsWith("detour: ")))
            .singleElement()
            .asString()
            .startsWith("detour: cannot listen on " + address + ": ")
            .contains("in use");
        assertThat(detour.err()).doesNotContain("Exception", "\tat ");
        assertThat(detour.out()).isEmpty();
      }
    }
  }

  private DetourProcess serving(String drainTimeout) throws IOException {
    return serving(drainTimeout, "1s");
  }

  private DetourProcess serving(String drainTimeout, String rulesWatch) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("detour.yaml"),
            "rules_watch: " + rulesWatch + "\n" + DetourProcess.OPEN_ACCESS);
    return DetourProcess.start(
            folder,
            Map.of(),
            "run",
            "--config",
            configuration.toString(),
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
            "--rules",
            rules().toString(),
            "--drain-timeout",
            drainTimeout)
        .ready();
  }

  private Path rules() throws IOException {
    return Files.writeString(folder.resolve("moved.yaml"), RULES);
  }

  private void openTunnel(RawClient client) throws IOException {
    assertThat(client.tunnel("old.test:" + origin.port()).status()).isEqualTo(200);
    assertThat(client.send("ping").read(4)).isEqualTo("ping");
  }

  private static void assumeDelivered(DetourProcess detour, String signal) throws IOException {
    assumeFalse(
        signal.equals("INT") && detour.ignores(2),
        "this shell starts its jobs with SIGINT ignored; skipped");
  }

  private static void awaitRefused(DetourProcess detour) {
    // A connection that was still in the queue of the listener may be reset while it is being made.
    await("new clients are refused")
        .atMost(AT_ONCE)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(
            () -> assertThatThrownBy(() -> connect(detour)).isInstanceOf(ConnectException.class));
  }

  private static void connect(DetourProcess detour) throws IOException {
    detour.client().close();
  }

  private static int readyStatus(DetourProcess detour) throws IOException {
    int port = detour.adminAddress().getPort();
    URI uri = URI.create("http://127.0.0.1:" + port + "/readyz");
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    int status = connection.getResponseCode();
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    return status;
  }

  /** The end or a reset, and no bytes. */
  private static void assertEnds(RawClient client) throws IOException {
    List<String> received = new ArrayList<>();
    try {
      received.add(client.rest());
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
    assertThat(String.join("", received)).isEmpty();
  }
}
