package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.connected;
import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.status.DialError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dial through a parent that is slow or not there, and one that is given up. */
@Timeout(60)
class ParentDialTest {
  private static final HostPort TARGET = target("target.test", 443);
  private static final String OK = "HTTP/1.1 200 Connection established\r\n\r\n";

  private final DialFixture fixture = new DialFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "silent from the byte {0} on")
  @ValueSource(ints = {0, 1, 30})
  @Tag("D07")
  void aSlowParentTimesOut(int bytes) throws IOException {
    Duration timeout = Duration.ofMillis(300);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        fixture.keep(ScriptedParent.answeringAndWaiting(OK.substring(0, bytes), end));

    Failed failed = failed(fixture.dial(parent.http(), TARGET, timeout));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.details())
        .isEqualTo("the parent proxy did not answer in time (timeouts.connect)");
    assertThat(Duration.ofNanos(failed.connectNanos())).isBetween(timeout, timeout.multipliedBy(3));
    assertThat(DialFixture.await(end)).isNegative();
  }

  @Test
  void oneTimeoutCoversAllAddressesOfTheParent() throws IOException {
    int port = fixture.deafPort();
    Duration timeout = Duration.ofMillis(300);
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    Dialer dialer =
        fixture.dialer(
            fixture
                .options
                .with(ConfigurationKey.TIMEOUT_CONNECT, timeout)
                .with(
                    ConfigurationKey.RESOLVER_HOSTS,
                    Map.of(host("parent.test"), List.of(loopback, loopback, loopback)))
                .with(ConfigurationKey.PARENTS, Map.of("dc", http("parent.test:" + port))));

    Failed failed = failed(fixture.dial(dialer, TARGET, "dc"));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.attempts()).as("at 0 and 250 ms").isEqualTo(2);
    assertThat(Duration.ofNanos(failed.connectNanos())).isLessThan(timeout.multipliedBy(2));
  }

  @Test
  @Tag("D05")
  void aParentThatRefusesIsTold() throws IOException {
    Failed failed = failed(fixture.dial(http("127.0.0.1:" + closedPort("127.0.0.1")), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(failed.details()).isEqualTo("the parent proxy refused the connection");
  }

  @Test
  @Tag("D06")
  void aParentWithoutARouteIsTold() {
    Failed failed = failed(fixture.dial(http("224.0.0.1"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_UNROUTABLE);
    assertThat(failed.details()).isEqualTo("there is no route to the parent proxy's address");
  }

  @Test
  @Tag("D01")
  void aParentWithoutAnAddressIsTold() {
    Failed failed = failed(fixture.dial(http("nobody.test"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
    assertThat(failed.details()).isEqualTo("the host of the parent proxy has no address");
  }

  @Test
  @Tag("C24")
  void aParentThatIsThisProxyIsNotDialled() {
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 3128));

    Failed failed = failed(fixture.dial(http("localhost"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
    assertThat(failed.details()).isEqualTo("the parent proxy is this proxy");
  }

  @Test
  void theNextAddressOfTheParentIsTried() throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering(OK));
    fixture.dns.answer("parent.test", "127.0.0.2", "127.0.0.1");

    Connected connected =
        connected(fixture.dial(http("parent.test:" + parent.http().address().port()), TARGET));

    assertThat(connected.attempts()).isEqualTo(2);
    assertThat(connected.dnsNanos()).isPositive();
    assertThat(fixture.dns.asked())
        .isNotEmpty()
        .allMatch(asked -> asked.name().startsWith("parent.test"));
  }

  @Test
  void aParentThatIsNotConfiguredIsTold() {
    Failed failed = failed(fixture.dial(fixture.dialer(), TARGET, "dc"));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.details()).isEqualTo("there is no parent proxy of this name");
    assertThat(failed.attempts()).isZero();
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while the parent is looked up is not told")
  void cancelWhileTheParentIsLookedUp() {
    fixture.dns.ignore("parent.test");
    Running running = fixture.start(http("parent.test"), TARGET);
    await().until(() -> !fixture.dns.asked().isEmpty());

    fixture.runOnLoop(running.handle()::cancel);

    assertNotTold(running);
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while the parent is connected to is not told")
  void cancelWhileTheParentIsConnectedTo() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Parent parent = http("127.0.0.1:" + listener.getLocalPort());
    Dialer dialer =
        fixture.dialer(fixture.options.with(ConfigurationKey.PARENTS, Map.of("dc", parent)));
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    // Netty hears of the connection only in a later turn.
    fixture.runOnLoop(
        () ->
            dialer
                .dial(new Hop(0, TARGET, "dc", Set.of()), null, fixture.loop, told::complete)
                .cancel());

    try (var accepted = listener.accept()) {
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
    fixture.drainLoop();
    assertThat(told).isNotDone();
  }

  @ParameterizedTest(
      name = "T19: a dial that is cancelled behind byte {0} of the answer is not told")
  @ValueSource(ints = {0, 1, 30})
  void cancelWhileTheParentIsAsked(int bytes) throws IOException {
    CompletableFuture<String> asked = new CompletableFuture<>();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  String head = ScriptedParent.head(connection);
                  ScriptedParent.send(connection, OK.substring(0, bytes));
                  asked.complete(head);
                  end.complete(ScriptedParent.endOf(connection));
                }));
    Running running = fixture.start(parent.http(), TARGET);
    assertThat(DialFixture.await(asked)).isNotEmpty();

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(DialFixture.await(end)).isNegative();
    assertNotTold(running);
  }

  @Test
  void cancelAfterTheResultLeavesTheConnectionToItsReceiver() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting(OK, end));
    Running running = fixture.start(parent.http(), TARGET);
    Connected connected = connected(DialFixture.await(running.result()));

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(connected.upstream().isActive()).isTrue();
    assertThat(end).isNotDone();
  }

  private void assertNotTold(Running running) {
    fixture.drainLoop();
    assertThat(running.result()).isNotDone();
  }

  private static Parent http(String authority) {
    return Parent.parse("http://" + authority).orElseThrow();
  }
}
