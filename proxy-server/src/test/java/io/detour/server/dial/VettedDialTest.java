package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.connected;
import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of a host's addresses are connected to, and that it is these and no others. */
@Timeout(60)
class VettedDialTest {
  /** 127.0.0.1 stands for a public address, its neighbour for one that is denied. */
  private static final DestinationPolicy NEIGHBOUR_DENIED =
      new DestinationPolicy(
          Set.of(), List.of(Subnet.parse("127.0.0.2").orElseThrow()), Set.of(), List.of());

  private final DialFixture fixture = new DialFixture();
  private int port;

  @BeforeEach
  void listen() throws IOException {
    port = fixture.listen("127.0.0.1").getLocalPort();
  }

  @Test
  @DisplayName("an address of this machine's interfaces is self, whatever listens there")
  void thisMachineIsSelf() throws Exception {
    InetAddress lan =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(Inet4Address.class::isInstance)
            .filter(address -> !address.isLoopbackAddress())
            .findFirst()
            .orElse(null);
    assumeTrue(lan != null, "this machine has no address but loopback ones; skipped");
    InetSocketAddress service = new InetSocketAddress(lan, port);
    Set<AddressClass> self = Set.of(AddressClass.SELF);

    assertThat(vetting(Set.of()).objection(service))
        .isEqualTo(
            new Vetting.Objection(
                DialError.DESTINATION_IP_PROHIBITED,
                "the target's address is not allowed: self is denied by access.destinations; a"
                    + " target may allow it: targets: [{ to: ..., allow: [self] }]"));
    assertThat(vetting(self).objection(service)).isNull();
    assertThat(Vetting.ownOnly(fixture.own).objection(service)).isNull();
    fixture.own.add(service);
    assertThat(vetting(self).objection(service))
        .extracting(Vetting.Objection::error)
        .isEqualTo(DialError.PROXY_LOOP);
  }

  private Vetting vetting(Set<AddressClass> allowed) {
    return new Vetting(fixture.own, DestinationPolicy.defaults(), allowed);
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "D09: {0} is 403 destination_ip_prohibited by default")
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "169.254.169.254",
        "fe80::1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:a9fe:a9fe::1",
      })
  void anAddressOfADeniedClassIsProhibited(String address) {
    Failed failed = failed(fixture.dial(strict(), hop(address)));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
    assertThat(failed.error().status()).isEqualTo(403);
    assertThat(failed.attempts()).isZero();
  }

  @ParameterizedTest(
      name = "W05: a name with the address {0} is prohibited, and there is no fallback")
  @ValueSource(strings = {"127.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1"})
  void aNameWithADeniedAddressIsProhibited(String address) {
    fixture.dns.answer("public.test", address);
    RouteDialer routes = new RouteDialer(strict());
    Route route =
        new Route(
            List.of(hop("public.test"), hop("127.0.0.1", AddressClass.LOOPBACK)),
            EnumSet.allOf(FallbackError.class));
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    fixture.runOnLoop(() -> routes.dial(route, null, fixture.loop, told::complete));

    DialResult result = DialFixture.await(told);
    assertThat(failed(result).error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
    assertThat(result.tried()).isEqualTo(1);
  }

  @ParameterizedTest(name = "D03: {0} is subject to the policy")
  @ValueSource(strings = {"localhost", "erp.localhost"})
  void localhostIsVetted(String name) {
    Failed failed = failed(fixture.dial(strict(), hop(name)));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @Test
  @DisplayName("W05: a target that allows loopback is connected, by name and by address")
  void aTargetMayAllowAClass() {
    fixture.dns.answer("public.test", "127.0.0.1");

    for (String host : List.of("127.0.0.1", "localhost", "public.test")) {
      Connected connected = connected(fixture.dial(strict(), hop(host, AddressClass.LOOPBACK)));
      assertThat(connected.remote().getPort()).isEqualTo(port);
    }
  }

  @Test
  @DisplayName("W05: a target that allows link_local reaches no metadata service")
  void linkLocalIsNotMetadata() {
    Failed failed = failed(fixture.dial(strict(), hop("169.254.169.254", AddressClass.LINK_LOCAL)));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
  }

  @ParameterizedTest(name = "W05: {0} is this proxy, whatever a target allows")
  @ValueSource(strings = {"127.0.0.1", "self.test", "entry.test"})
  void selfIsNeverAllowed(String host) {
    fixture.dns.answer("self.test", "127.0.0.1");
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(
                ConfigurationKey.RESOLVER_HOSTS,
                Map.of(host("entry.test"), List.of(InetAddress.ofLiteral("127.0.0.1")))));

    Failed failed = failed(fixture.dial(dialer, hop(host, AddressClass.values())));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
    assertThat(failed.attempts()).isZero();
  }

  @Test
  @DisplayName("W11: the address that was vetted is connected to; the name is not asked for again")
  void aChangedAnswerIsNotSeenByTheDialThatVettedTheFirst() {
    fixture.dns.answerFor(0, "rebinding.test", "127.0.0.1");
    fixture.dns.answerLater("rebinding.test", "127.0.0.2");
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(ConfigurationKey.ACCESS_DESTINATIONS, NEIGHBOUR_DENIED));

    Connected first = connected(fixture.dial(dialer, hop("rebinding.test")));
    long asked = fixture.dns.asked().stream().filter(q -> q.type().equals(DnsRecordType.A)).count();
    Failed second = failed(fixture.dial(dialer, hop("rebinding.test")));

    assertThat(first.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(asked).isEqualTo(1);
    assertThat(second.error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
  }

  @ParameterizedTest(name = "W11: of {0} only what is permitted is tried")
  @CsvSource({"127.0.0.2 127.0.0.1", "127.0.0.1 127.0.0.2", "127.0.0.2 127.0.0.2 127.0.0.1"})
  void ofSeveralAddressesOnlyThePermittedAreTried(String addresses) throws IOException {
    fixture.deafen("127.0.0.2", port);
    fixture.dns.answer("mixed.test", addresses.split(" ", -1));
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(ConfigurationKey.ACCESS_DESTINATIONS, NEIGHBOUR_DENIED));

    Connected connected = connected(fixture.dial(dialer, hop("mixed.test")));

    assertThat(connected.attempts()).isEqualTo(1);
    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
  }

  @Test
  @DisplayName("W11: a permitted address that comes late is used when all others are prohibited")
  void aLatePermittedAddressIsUsed() {
    fixture.dns.answer("mixed.test", "127.0.0.1", "64:ff9b::7f00:2");
    fixture.dns.delay("mixed.test", DnsRecordType.A, Duration.ofMillis(150));
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(ConfigurationKey.ACCESS_DESTINATIONS, NEIGHBOUR_DENIED));

    Connected connected = connected(fixture.dial(dialer, hop("mixed.test")));

    assertThat(connected.attempts()).isEqualTo(1);
  }

  @Test
  void theFailureOfAPermittedAddressIsToldAndNotThatOthersAreProhibited() throws IOException {
    fixture.dns.answer("mixed.test", "127.0.0.2", "127.0.0.1");
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(ConfigurationKey.ACCESS_DESTINATIONS, NEIGHBOUR_DENIED));
    HostPort target = target("mixed.test", DialFixture.closedPort("127.0.0.1"));

    Failed failed = failed(fixture.dial(dialer, target));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(failed.attempts()).isEqualTo(1);
  }

  @Test
  void aStaticHostIsTheOperatorsWord() {
    Configuration options =
        strictOptions()
            .with(
                ConfigurationKey.RESOLVER_HOSTS,
                Map.of(host("erp.test"), List.of(InetAddress.ofLiteral("127.0.0.1"))));

    connected(fixture.dial(fixture.dialer(options), hop("erp.test")));
  }

  @Test
  void whereAParentIsIsTheOperatorsWord() throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering("HTTP/1.1 200 X\r\n\r\n"));
    Dialer dialer =
        fixture.dialer(strictOptions().with(ConfigurationKey.PARENTS, Map.of("dc", parent.http())));

    connected(fixture.dial(dialer, target("public.test", 443), "dc"));
  }

  @ParameterizedTest(name = "W05: the address {0} is not asked a parent for")
  @CsvSource({"127.0.0.1", "169.254.169.254", "::1"})
  void anAddressIsVettedThoughAParentConnects(String address) throws IOException {
    ScriptedParent parent = fixture.keep(ScriptedParent.answering("HTTP/1.1 200 X\r\n\r\n"));
    Dialer dialer =
        fixture.dialer(strictOptions().with(ConfigurationKey.PARENTS, Map.of("dc", parent.http())));

    Failed failed = failed(fixture.dial(dialer, target(address, 443), "dc"));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_PROHIBITED);
    assertThat(failed.attempts()).isZero();
  }

  @Test
  @DisplayName("C24: a parent that is this proxy is not connected to")
  void aParentIsNotThisProxy() {
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    Parent self = new Parent(Parent.Protocol.HTTP, target("127.0.0.1", port), null);
    Dialer dialer =
        fixture.dialer(fixture.options.with(ConfigurationKey.PARENTS, Map.of("dc", self)));

    Failed failed = failed(fixture.dial(dialer, target("public.test", 443), "dc"));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
  }

  private Configuration strictOptions() {
    return fixture.options.with(ConfigurationKey.ACCESS_DESTINATIONS, DestinationPolicy.defaults());
  }

  private Dialer strict() {
    return fixture.dialer(strictOptions());
  }

  private Hop hop(String host, AddressClass... allow) {
    return new Hop(0, target(host, port), null, Set.of(allow));
  }
}
