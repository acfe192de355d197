package io.detour.server.dial;

import static io.detour.SocketTable.assumeIpv6;
import static io.detour.SocketTable.connecting;
import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.connected;
import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.dns.Ipv6;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.dns.SystemFiles;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Several addresses of one host: which is tried when, and what becomes of the others (RFC 8305).
 */
@Timeout(60)
class AddressRaceTest {
  private static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);
  private static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

  /** What a busy machine may add to any of the times here. {@code PromptnessTest} has bounds. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final DialFixture fixture = new DialFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  @DisplayName("D08: an IPv6 address that drops the SYN costs 250 ms; its descriptor is closed")
  void aSilentIpv6AddressCostsOneDelay() throws IOException {
    assumeIpv6();
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.deafen("::1", port);
    long before = connecting(port);
    fixture.dns.answer("dual.test", "127.0.0.1", "::1");
    Dialer dialer = fixture.dialer();

    Running running = fixture.start(dialer, target("dual.test", port));
    await().until(() -> connecting(port) == before + 1);
    Connected connected = connected(DialFixture.await(running.result()));

    assertThat(connecting(port)).as("the loser's descriptor").isEqualTo(before);
    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(connected.attempts()).isEqualTo(2);
    assertTook(connected, ATTEMPT_DELAY);
  }

  @Test
  @DisplayName("D08: each further silent address costs 250 ms more")
  void attemptsHaveADistance() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.deafen("127.0.0.2", port);
    fixture.deafen("127.0.0.3", port);
    fixture.deafen("127.0.0.4", port);
    Dialer dialer = withHost("four.test", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1");

    Connected connected = connected(fixture.dial(dialer, target("four.test", port)));

    assertThat(connected.attempts()).isEqualTo(4);
    assertTook(connected, ATTEMPT_DELAY.multipliedBy(3));
  }

  @Test
  @DisplayName("D08: an attempt that was just started has 100 ms, even if an older one fails")
  void anAttemptHasItsTimeWhenAnOlderOneFails() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.deafen("127.0.0.2", port);
    fixture.deafen("127.0.0.3", port);
    Dialer dialer =
        withHost(Duration.ofMillis(300), "three.test", "127.0.0.2", "127.0.0.3", "127.0.0.1");

    // At 0 and 250 ms; the first fails at 300 ms, and the third comes at 350 ms.
    Connected connected = connected(fixture.dial(dialer, target("three.test", port)));

    assertThat(connected.attempts()).isEqualTo(3);
    assertTook(connected, ATTEMPT_DELAY.plusMillis(100));
  }

  @Test
  @DisplayName("D08: an address that refuses makes way at once")
  void aRefusalCostsNoDelay() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    Dialer dialer = withHost("two.test", "127.0.0.2", "127.0.0.1");

    Connected connected = connected(fixture.dial(dialer, target("two.test", port)));

    assertThat(connected.attempts()).isEqualTo(2);
    assertTook(connected, Duration.ZERO);
  }

  @Test
  void anAddressThatAnswersHasNoCompany() throws IOException {
    ServerSocket first = fixture.listen("127.0.0.1");
    fixture.deafen("127.0.0.2", first.getLocalPort());
    Dialer dialer = withHost("two.test", "127.0.0.1", "127.0.0.2");

    Connected connected = connected(fixture.dial(dialer, target("two.test", first.getLocalPort())));

    assertThat(connected.attempts()).isEqualTo(1);
  }

  @Test
  @DisplayName("D07: all addresses together have three connect timeouts")
  void theTimeOfAllAddressesIsBounded() throws IOException {
    int port = closedPort("127.0.0.1");
    List<String> addresses = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      addresses.add("127.0.1." + i);
      fixture.deafen("127.0.1." + i, port);
    }
    Duration timeout = Duration.ofMillis(300);
    Dialer dialer = withHost(timeout, "many.test", addresses.toArray(String[]::new));
    long before = connecting(port);

    Failed failed = failed(fixture.dial(dialer, target("many.test", port)));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.attempts()).isBetween(4, 8);
    assertThat(Duration.ofNanos(failed.connectNanos()))
        .isBetween(timeout.multipliedBy(2), timeout.multipliedBy(3).plus(SLACK));
    assertThat(connecting(port)).isEqualTo(before);
  }

  @Test
  @DisplayName("T19: a race that is cancelled frees all its sockets at once and is not told")
  void cancelFreesAllSockets() throws IOException {
    int port = closedPort("127.0.0.1");
    fixture.deafen("127.0.0.2", port);
    fixture.deafen("127.0.0.3", port);
    long before = connecting(port);
    Running running =
        fixture.start(
            withHost("two.test", "127.0.0.2", "127.0.0.3", "127.0.0.1"), target("two.test", port));
    await().until(() -> connecting(port) == before + 2);

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(connecting(port)).isEqualTo(before);
    fixture.drainLoop();
    assertThat(running.result()).isNotDone();
  }

  @Test
  @DisplayName("D08: IPv6 addresses that come within 50 ms of the IPv4 addresses are tried first")
  void ipv6IsWaitedForAMoment() throws IOException {
    assumeIpv6();
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.keep(new ServerSocket(port, 50, InetAddress.ofLiteral("::1")));
    fixture.dns.answer("dual.test", "127.0.0.1", "::1");
    fixture.dns.delay("dual.test", DnsRecordType.AAAA, Duration.ofMillis(10));

    Connected connected = connected(fixture.dial(fixture.dialer(), target("dual.test", port)));

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
    assertThat(connected.attempts()).isEqualTo(1);
  }

  @Test
  @DisplayName("D08: IPv6 addresses that take longer than 50 ms are not waited for")
  void ipv6IsNotWaitedForLong() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.dns.answer("dual.test", "127.0.0.1", "::1");
    fixture.dns.delay("dual.test", DnsRecordType.AAAA, Duration.ofSeconds(2));

    Connected connected = connected(fixture.dial(fixture.dialer(), target("dual.test", port)));

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(Duration.ofNanos(connected.dnsNanos()))
        .isBetween(RESOLUTION_DELAY, RESOLUTION_DELAY.plus(SLACK));
  }

  @Test
  @DisplayName("D08: IPv6 addresses that come late join the race")
  void lateAddressesJoin() throws IOException {
    assumeIpv6();
    int port = fixture.listen("::1").getLocalPort();
    fixture.deafen("127.0.0.1", port);
    fixture.dns.answer("dual.test", "127.0.0.1", "::1");
    fixture.dns.delay("dual.test", DnsRecordType.AAAA, Duration.ofMillis(150));

    Connected connected = connected(fixture.dial(fixture.dialer(), target("dual.test", port)));

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
    assertThat(connected.attempts()).isEqualTo(2);
    assertTook(connected, ATTEMPT_DELAY);
  }

  @Test
  @DisplayName(
      "D08: IPv6 addresses that come when all IPv4 addresses have failed are tried at once")
  void lateAddressesSaveALostRace() throws IOException {
    assumeIpv6();
    int port = fixture.listen("::1").getLocalPort();
    fixture.dns.answer("dual.test", "127.0.0.1", "::1");
    fixture.dns.delay("dual.test", DnsRecordType.AAAA, Duration.ofMillis(150));

    Connected connected = connected(fixture.dial(fixture.dialer(), target("dual.test", port)));

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
    assertThat(connected.attempts()).isEqualTo(2);
  }

  @Test
  void ipv4ComesFirstWhereIpv6IsAvoided() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.dns.answer("dual.test", "::1", "127.0.0.1");
    fixture.dns.delay("dual.test", DnsRecordType.A, Duration.ofMillis(10));
    Dialer dialer =
        fixture.dialer(fixture.options.with(ConfigurationKey.RESOLVER_IPV6, Ipv6.AVOID));

    Connected connected = connected(fixture.dial(dialer, target("dual.test", port)));

    assertThat(connected.attempts()).isEqualTo(1);
    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
  }

  @Test
  void ipv6IsNotAskedForWhereItIsOff() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.dns.answer("dual.test", "::1", "127.0.0.1");
    Dialer dialer = fixture.dialer(fixture.options.with(ConfigurationKey.RESOLVER_IPV6, Ipv6.OFF));

    Connected connected = connected(fixture.dial(dialer, target("dual.test", port)));

    assertThat(connected.attempts()).isEqualTo(1);
    assertThat(fixture.dns.asked())
        .containsExactly(new ScriptedDnsServer.Asked("dual.test", DnsRecordType.A, false));
  }

  @Test
  @Tag("Q07")
  void theAddressesOfANameShareItsTunnels() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    listen(port, "127.0.0.2", "127.0.0.3");
    fixture.dns.answer("web.test", "127.0.0.1", "127.0.0.2", "127.0.0.3");
    Dialer dialer = fixture.dialer();

    assertThat(remotes(dialer, port, 6))
        .containsExactly(
            "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.2", "127.0.0.3");
  }

  @Test
  @Tag("Q07")
  void anAddressThatRefusesIsLeftOutForAWhile() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    listen(port, "127.0.0.3");
    fixture.dns.answer("web.test", "127.0.0.1", "127.0.0.2", "127.0.0.3");
    AtomicLong nanos = new AtomicLong();
    Dialer dialer = fixture.dialer(fixture.options, SystemFiles.ofSystem(), nanos::get);

    assertThat(remotes(dialer, port, 4))
        .containsExactly("127.0.0.1", "127.0.0.3", "127.0.0.1", "127.0.0.3");
    assertThat(attempts(dialer, port)).isEqualTo(1);
    assertThat(attempts(dialer, port)).isEqualTo(1);
    nanos.addAndGet(AddressMemory.FAILED_KEPT.toNanos());
    assertThat(attempts(dialer, port)).as("it has another chance").isEqualTo(2);
  }

  @Test
  @Tag("Q07")
  void anAddressThatIsPassedOverForItsSilenceIsLeftOutForAWhile() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    listen(port, "127.0.0.3");
    fixture.deafen("127.0.0.2", port);
    fixture.dns.answer("web.test", "127.0.0.2", "127.0.0.1", "127.0.0.3");
    Dialer dialer = fixture.dialer();
    assertThat(attempts(dialer, port)).isEqualTo(2);

    for (int i = 0; i < 5; i++) {
      assertThat(attempts(dialer, port)).isEqualTo(1);
    }
  }

  @Test
  @Tag("Q07")
  void ifAllHaveFailedAllAreTriedAgain() throws IOException {
    int port = closedPort("127.0.0.1");
    fixture.dns.answer("web.test", "127.0.0.1", "127.0.0.2");
    Dialer dialer = fixture.dialer();

    for (int i = 0; i < 3; i++) {
      Failed failed = failed(fixture.dial(dialer, target("web.test", port)));
      assertThat(failed.attempts()).isEqualTo(2);
    }
    listen(port, "127.0.0.2");
    assertThat(remotes(dialer, port, 1)).containsExactly("127.0.0.2");
    assertThat(attempts(dialer, port)).as("it is back").isEqualTo(1);
  }

  private void listen(int port, String... addresses) throws IOException {
    for (String address : addresses) {
      fixture.keep(new ServerSocket(port, 50, InetAddress.ofLiteral(address)));
    }
  }

  private List<String> remotes(Dialer dialer, int port, int dials) {
    return Stream.generate(() -> connected(fixture.dial(dialer, target("web.test", port))))
        .limit(dials)
        .map(connected -> connected.remote().getAddress().getHostAddress())
        .toList();
  }

  private int attempts(Dialer dialer, int port) {
    return connected(fixture.dial(dialer, target("web.test", port))).attempts();
  }

  private static void assertTook(Connected connected, Duration expected) {
    assertThat(Duration.ofNanos(connected.connectNanos()))
        .isBetween(expected, expected.plus(SLACK));
  }

  private Dialer withHost(String name, String... addresses) {
    return withHost(fixture.options.get(ConfigurationKey.TIMEOUT_CONNECT), name, addresses);
  }

  private Dialer withHost(Duration connectTimeout, String name, String... addresses) {
    List<InetAddress> parsed = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
    return fixture.dialer(
        fixture
            .options
            .with(ConfigurationKey.TIMEOUT_CONNECT, connectTimeout)
            .with(ConfigurationKey.RESOLVER_HOSTS, Map.of(host(name), parsed)));
  }
}
