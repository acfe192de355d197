package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.target;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.detour.SocketTable;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.dns.ScriptedDnsServer.Asked;
import io.detour.server.dns.SystemFiles;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resolving: what is asked, what is not, and how each answer ends the dial. */
class DialerDnsTest {
  private final DialFixture fixture = new DialFixture();
  private int port;

  @BeforeEach
  void listen() throws IOException {
    port = fixture.listen("127.0.0.1").getLocalPort();
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void aNameIsAskedForBothFamiliesAndConnected() {
    fixture.dns.answer("web.test", "127.0.0.1");

    Connected connected = connected("web.test");

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(connected.dnsNanos()).isPositive();
    assertThat(fixture.dns.asked())
        .containsExactlyInAnyOrder(
            new Asked("web.test", DnsRecordType.A, false),
            new Asked("web.test", DnsRecordType.AAAA, false));
  }

  @Test
  void everyAddressOfANameIsTriedIpv6First() {
    fixture.dns.answer("twin.test", "127.0.0.2", "127.0.0.1", "::1");

    Connected connected = connected("twin.test");

    assertThat(connected.attempts()).isEqualTo(3);
  }

  @Test
  @DisplayName("D01: NXDOMAIN is 502 dns_error with its rcode")
  void aNameThatDoesNotExistIsTold() {
    Failed failed = failed(fixture.dialer(), "missing.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
    assertThat(failed.details()).doesNotContain("missing");
    assertThat(failed.attempts()).isZero();
    assertThat(failed.connectNanos()).isZero();
  }

  @Test
  @DisplayName("D01: SERVFAIL is 502 dns_error with its rcode")
  void aFailingServerIsTold() {
    fixture.dns.fail("broken.test", DnsResponseCode.SERVFAIL);

    Failed failed = failed(fixture.dialer(), "broken.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("SERVFAIL");
  }

  @Test
  @DisplayName("D01: a name without an address is 502 dns_error")
  void aNameWithoutAnAddressIsTold() {
    fixture.dns.noData("empty.test");

    Failed failed = failed(fixture.dialer(), "empty.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isNull();
  }

  @Test
  @DisplayName("D01: REFUSED is 502 dns_error with its rcode")
  void aServerThatRefusesIsTold() {
    fixture.dns.fail("other.test", DnsResponseCode.REFUSED);

    Failed failed = failed(fixture.dialer(), "other.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("REFUSED");
  }

  @ParameterizedTest(name = "D01: {0} is an answer, and a second, silent server is not asked")
  @ValueSource(strings = {"missing.test", "empty.test"})
  void thatThereIsNothingIsAnAnswer(String name) {
    fixture.dns.noData("empty.test");
    ScriptedDnsServer second = fixture.keep(ScriptedDnsServer.start().ignore(name));

    Failed failed = failed(fixture.dialer(twoServers(second)), name);

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(second.asked()).isEmpty();
  }

  @ParameterizedTest(name = "a second server answers for one that failed with {0}")
  @ValueSource(ints = {1, 2, 4, 5})
  void aSecondServerAnswersForAFailingOne(int code) {
    fixture.dns.fail("web.test", DnsResponseCode.valueOf(code));
    ScriptedDnsServer second = fixture.keep(ScriptedDnsServer.start());
    second.answer("web.test", "127.0.0.1");

    DialResult result = fixture.dial(fixture.dialer(twoServers(second)), target("web.test", port));

    assertThat(result).isInstanceOf(Connected.class);
  }

  private Configuration twoServers(ScriptedDnsServer second) {
    return fixture
        .options
        .with(ConfigurationKey.TIMEOUT_DNS, Duration.ofSeconds(2))
        .with(ConfigurationKey.RESOLVER_SERVERS, List.of(fixture.dns.address(), second.address()));
  }

  @Test
  void aNameThatIsCreatedWorksAtOnce() {
    Dialer dialer = fixture.dialer();
    failed(dialer, "fresh.test");

    fixture.dns.answer("fresh.test", "127.0.0.1");

    assertThat(fixture.dial(dialer, target("fresh.test", port))).isInstanceOf(Connected.class);
  }

  @Test
  @DisplayName("D02: silence is 504 dns_timeout after the DNS timeout")
  void aSilentServerTimesOut() {
    fixture.dns.ignore("silent.test");
    Duration timeout = Duration.ofMillis(400);

    Failed failed =
        failed(
            fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, timeout)),
            "silent.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_TIMEOUT);
    assertThat(failed.details()).endsWith("(timeouts.dns)");
    assertThat(Duration.ofNanos(failed.dnsNanos())).isBetween(timeout, timeout.multipliedBy(2));
    assertThat(fixture.dns.asked("silent.test")).as("retries").hasSizeGreaterThan(2);
  }

  @Test
  @DisplayName("D02: two silent servers take no longer than one")
  void theTimeoutCoversAllServers() {
    fixture.dns.ignore("silent.test");
    ScriptedDnsServer second = fixture.keep(ScriptedDnsServer.start().ignore("silent.test"));
    Duration timeout = Duration.ofMillis(400);
    Configuration options =
        fixture
            .options
            .with(ConfigurationKey.TIMEOUT_DNS, timeout)
            .with(
                ConfigurationKey.RESOLVER_SERVERS,
                List.of(fixture.dns.address(), second.address()));

    Failed failed = failed(fixture.dialer(options), "silent.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_TIMEOUT);
    assertThat(Duration.ofNanos(failed.dnsNanos())).isBetween(timeout, timeout.multipliedBy(2));
    assertThat(second.asked("silent.test")).isNotEmpty();
  }

  @Test
  void aSecondServerAnswersForASilentOne() {
    fixture.dns.ignore("web.test");
    ScriptedDnsServer second = fixture.keep(ScriptedDnsServer.start());
    second.answer("web.test", "127.0.0.1");

    DialResult result = fixture.dial(fixture.dialer(twoServers(second)), target("web.test", port));

    assertThat(result).isInstanceOf(Connected.class);
  }

  @Test
  void aLostDatagramIsAskedAgain() {
    fixture.dns.answer("web.test", "127.0.0.1");
    fixture.dns.ignore("web.test", DnsRecordType.A, 1).ignore("web.test", DnsRecordType.AAAA, 1);
    Dialer dialer =
        fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, Duration.ofSeconds(2)));

    assertThat(fixture.dial(dialer, target("web.test", port))).isInstanceOf(Connected.class);
  }

  @Test
  @DisplayName("D08: a name whose AAAA query is never answered is connected by its A record")
  void silenceAboutOneFamilyDoesNotHideTheOther() {
    fixture.dns.answer("half.test", "127.0.0.1");
    fixture.dns.ignore("half.test", DnsRecordType.AAAA, Integer.MAX_VALUE);
    Duration timeout = Duration.ofSeconds(2);
    Dialer dialer = fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, timeout));

    DialResult result = fixture.dial(dialer, target("half.test", port));

    assertThat(result).isInstanceOf(Connected.class);
    assertThat(Duration.ofNanos(result.dnsNanos()))
        .isBetween(Duration.ofMillis(50), timeout.dividedBy(2));
  }

  @Test
  @DisplayName(
      "D08: a name whose A query is never answered is connected by its AAAA record at once")
  void silenceAboutIpv4DoesNotHideIpv6() throws IOException {
    SocketTable.assumeIpv6();
    int port6 = fixture.listen("::1").getLocalPort();
    fixture.dns.answer("half.test", "::1");
    fixture.dns.ignore("half.test", DnsRecordType.A, Integer.MAX_VALUE);

    DialResult result = fixture.dial(fixture.dialer(), target("half.test", port6));

    assertThat(result).isInstanceOf(Connected.class);
    assertThat(Duration.ofNanos(result.dnsNanos())).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  @DisplayName("D08: a family that is never answered is not asked for again by every dial")
  void silenceAboutOneFamilyIsRemembered() {
    fixture.dns.answer("half.test", "127.0.0.1");
    fixture.dns.ignore("half.test", DnsRecordType.AAAA, Integer.MAX_VALUE);
    Duration timeout = Duration.ofMillis(400);
    Dialer dialer = fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, timeout));
    fixture.dial(dialer, target("half.test", port));
    // Behind the lookup's own timer.
    fixture
        .onLoop(() -> fixture.loop.schedule(() -> {}, timeout.toMillis(), MILLISECONDS))
        .syncUninterruptibly();
    int asked = fixture.dns.asked().size();

    DialResult result = fixture.dial(dialer, target("half.test", port));

    assertThat(result).isInstanceOf(Connected.class);
    assertThat(Duration.ofNanos(result.dnsNanos())).isLessThan(timeout);
    assertThat(fixture.dns.asked()).hasSize(asked);
  }

  @ParameterizedTest(name = "D03: {0} is 502 dns_error without a query")
  @ValueSource(strings = {"invalid", "a.invalid", "onion", "abc.onion"})
  void namesThatDoNotExistByStandardAreNotAskedFor(String name) {
    Failed failed = failed(fixture.dialer(), name);

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
    assertThat(failed.dnsNanos()).isZero();
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @ParameterizedTest(name = "D03: {0} is loopback without a query")
  @ValueSource(strings = {"localhost", "erp.localhost"})
  void localhostIsLoopback(String name) {
    Connected connected = connected(name);

    assertThat(connected.remote().getAddress().isLoopbackAddress()).isTrue();
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @ParameterizedTest(name = "D03: {0} is asked for")
  @ValueSource(strings = {"notlocalhost", "invalid.test", "myonion", "localhost.test"})
  void namesThatOnlyLookReservedAreAskedFor(String name) {
    failed(fixture.dialer(), name);

    assertThat(fixture.dns.asked(name)).isNotEmpty();
  }

  @ParameterizedTest(name = "D04: {0} is asked for as it is")
  @ValueSource(strings = {"intranet", "wiki.team"})
  void noSearchDomainIsAdded(String name) {
    failed(fixture.dialer(), name);

    assertThat(fixture.dns.asked()).isNotEmpty().extracting(Asked::name).containsOnly(name);
  }

  @Test
  @DisplayName("D04: a short name is completed by the search domains where that is wanted")
  void searchDomainsAreAddedWhereWanted(@TempDir Path folder) throws IOException {
    fixture.dns.answer("wiki.b.test", "127.0.0.1");
    Dialer dialer = searching(folder, "search a.test b.test\n");

    DialResult result = fixture.dial(dialer, target("wiki", port));
    DialResult cached = fixture.dial(dialer, target("wiki", port));

    assertThat(result).isInstanceOf(Connected.class);
    assertThat(cached).isInstanceOf(Connected.class);
    assertThat(fixture.dns.asked())
        .extracting(Asked::name)
        .containsExactly("wiki.a.test", "wiki.a.test", "wiki.b.test", "wiki.b.test");
  }

  @Test
  @DisplayName("D04: a name that no search domain completes does not exist")
  void searchDomainsThatDoNotHelp(@TempDir Path folder) throws IOException {
    Failed failed = failed(searching(folder, "search a.test\n"), "wiki");

    assertThat(failed.rcode()).isEqualTo("NXDOMAIN");
    assertThat(fixture.dns.asked()).hasSize(4);
  }

  @ParameterizedTest(name = "D04, Q09: {0} is not completed")
  @Tag("Q09")
  @ValueSource(strings = {"wiki.", "a.b", "a.b."})
  void dotsKeepSearchDomainsAway(String name, @TempDir Path folder) throws IOException {
    failed(searching(folder, "search a.test\noptions ndots:5\n"), name);

    String asked = name.replaceFirst("\\.$", "");
    assertThat(fixture.dns.asked()).hasSize(2).extracting(Asked::name).containsOnly(asked);
  }

  @Test
  @DisplayName("Q09: a name with and one without the final dot are two names")
  @Tag("Q09")
  void aFinalDotIsPartOfWhatIsKept(@TempDir Path folder) throws IOException {
    fixture.dns.answer("wiki.a.test", "127.0.0.1");
    Dialer dialer = searching(folder, "search a.test\n");

    assertThat(fixture.dial(dialer, target("wiki", port))).isInstanceOf(Connected.class);
    failed(dialer, "wiki.");
    assertThat(fixture.dial(dialer, target("wiki", port))).isInstanceOf(Connected.class);
  }

  @Test
  @DisplayName("Q08: another list of search domains is used soon, and what was kept is forgotten")
  @Tag("Q08")
  void searchDomainsMayChange(@TempDir Path folder) throws IOException {
    fixture.dns.answer("wiki.a.test", "127.0.0.9").answer("wiki.b.test", "127.0.0.1");
    Dialer dialer = searching(folder, "search a.test\n");
    assertThat(fixture.dial(dialer, target("wiki", port))).isInstanceOf(Failed.class);

    Files.writeString(folder.resolve("resolv.conf"), "search b.test\n");

    await()
        .untilAsserted(
            () ->
                assertThat(fixture.dial(dialer, target("wiki", port)))
                    .isInstanceOf(Connected.class));
  }

  @Test
  @DisplayName("Q01: lines that are no use are none to a dial, with servers in the configuration")
  @Tag("Q01")
  void unusableLinesDoNotMatter(@TempDir Path folder) throws IOException {
    fixture.dns.answer("wiki.a.test", "127.0.0.1");
    Dialer dialer =
        searching(
            folder, "nameserver fe80::1%no-such-0\nnameserver 10.0.0.2 ; office\nsearch a.test");

    assertThat(fixture.dial(dialer, target("wiki", port))).isInstanceOf(Connected.class);
  }

  private Dialer searching(Path folder, String resolvConf) throws IOException {
    Path file = Files.writeString(folder.resolve("resolv.conf"), resolvConf);
    return fixture.dialer(
        fixture.options.with(ConfigurationKey.RESOLVER_SEARCH, true),
        new SystemFiles(folder.resolve("none"), file));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"erp.old.test", "erp.invalid", "localhost"})
  void staticHostsComeFirst(String name) {
    fixture.dns.answer("erp.old.test", "127.0.0.9");
    Configuration options =
        fixture.options.with(
            ConfigurationKey.RESOLVER_HOSTS,
            Map.of(DialFixture.host(name), List.of(InetAddress.ofLiteral("127.0.0.1"))));

    DialResult result = fixture.dial(fixture.dialer(options), target(name, port));

    assertThat(result).isInstanceOf(Connected.class);
    assertThat(result.dnsNanos()).isZero();
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @Test
  @DisplayName("Q08: the hosts file is honoured, and again once it has changed")
  @Tag("Q08")
  void theHostsFileIsHonoured(@TempDir Path folder) throws IOException {
    Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 wiki old.test\n");
    Dialer dialer = fixture.dialer(fixture.options, new SystemFiles(hosts, folder.resolve("none")));
    assertThat(fixture.dial(dialer, target("wiki", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dial(dialer, target("old.test", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dns.asked()).isEmpty();

    Files.writeString(hosts, "127.0.0.1 wiki new.test\n");

    await()
        .untilAsserted(
            () ->
                assertThat(fixture.dial(dialer, target("new.test", port)))
                    .isInstanceOf(Connected.class));
    assertThat(fixture.dial(dialer, target("old.test", port))).isInstanceOf(Failed.class);
  }

  @Test
  void anAnswerTooLongForADatagramIsFetchedOverTcp() {
    fixture.dns.answer("long.test", "127.0.0.1").truncate("long.test");

    connected("long.test");

    assertThat(fixture.dns.asked())
        .contains(
            new Asked("long.test", DnsRecordType.A, false),
            new Asked("long.test", DnsRecordType.A, true));
  }

  @Test
  void anAnswerIsCached() {
    fixture.dns.answer("web.test", "127.0.0.1");
    Dialer dialer = fixture.dialer();

    for (int i = 0; i < 3; i++) {
      assertThat(fixture.dial(dialer, target("web.test", port))).isInstanceOf(Connected.class);
    }

    assertThat(fixture.dns.asked()).hasSize(2);
  }

  @Test
  void anAnswerForThisOnceIsNotCached() {
    fixture.dns.answerFor(0, "web.test", "127.0.0.1");
    Dialer dialer = fixture.dialer();

    fixture.dial(dialer, target("web.test", port));
    fixture.dial(dialer, target("web.test", port));

    assertThat(fixture.dns.asked()).hasSize(4);
  }

  @Test
  void anAliasLeadsToItsTarget() {
    fixture.dns.alias(60, "www.test", "web.test").alias(60, "web.test", "host.test");
    fixture.dns.answer("host.test", "127.0.0.1");
    Dialer dialer = fixture.dialer();

    assertThat(fixture.dial(dialer, target("www.test", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dial(dialer, target("www.test", port))).isInstanceOf(Connected.class);

    assertThat(fixture.dns.asked()).extracting(Asked::name).containsOnly("www.test").hasSize(2);
  }

  @Test
  void anAliasHoldsForItsOwnTime() {
    fixture.dns.alias(0, "www.test", "host.test").answer("host.test", "127.0.0.1");
    Dialer dialer = fixture.dialer();

    fixture.dial(dialer, target("www.test", port));
    fixture.dial(dialer, target("www.test", port));

    assertThat(fixture.dns.asked()).hasSize(4);
  }

  @Test
  void theTargetOfAnAliasIsAskedForIfItDoesNotComeAlong() {
    fixture.dns.aliasAlone(60, "www.test", "host.test").answer("host.test", "127.0.0.1");

    connected("www.test");

    assertThat(fixture.dns.asked("host.test")).hasSize(2);
  }

  @Test
  void aliasesOfEachOtherAreGivenUp() {
    fixture.dns.aliasAlone(60, "a.test", "b.test").aliasAlone(60, "b.test", "a.test");

    Failed failed = failed(fixture.dialer(), "a.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(fixture.dns.asked()).hasSizeLessThan(50);
  }

  @Test
  void dialsOfOneNameShareALookup() {
    fixture.dns.answer("busy.test", "127.0.0.1").hold("busy.test");
    Dialer dialer = fixture.dialer();
    List<Running> dials =
        IntStream.range(0, 10)
            .mapToObj(i -> fixture.start(dialer, target("busy.test", port)))
            .toList();
    await().until(() -> fixture.dns.asked().size() == 2);

    fixture.dns.release("busy.test");

    assertThat(dials)
        .allSatisfy(
            dial -> assertThat(DialFixture.await(dial.result())).isInstanceOf(Connected.class));
    assertThat(fixture.dns.asked()).hasSize(2);
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while it waits for DNS is not told, others are")
  void cancelEndsTheWaitOfOneDialOnly() {
    fixture.dns.answer("busy.test", "127.0.0.1").hold("busy.test");
    Dialer dialer = fixture.dialer();
    Running first = fixture.start(dialer, target("busy.test", port));
    Running second = fixture.start(dialer, target("busy.test", port));

    fixture.runOnLoop(first.handle()::cancel);
    fixture.dns.release("busy.test");

    assertThat(DialFixture.await(second.result())).isInstanceOf(Connected.class);
    assertThat(first.result()).isNotDone();
  }

  @Test
  @DisplayName("T19: when all dials of a name are cancelled, the next one asks anew")
  void aLookupThatNobodyWaitsForIsDropped() {
    fixture.dns.answer("busy.test", "127.0.0.1").hold("busy.test");
    Dialer dialer = fixture.dialer();
    Running cancelled = fixture.start(dialer, target("busy.test", port));
    await().until(() -> fixture.dns.asked().size() == 2);

    fixture.runOnLoop(cancelled.handle()::cancel);
    fixture.dns.release("busy.test");

    assertThat(fixture.dial(dialer, target("busy.test", port))).isInstanceOf(Connected.class);
    assertThat(cancelled.result()).isNotDone();
    assertThat(fixture.dns.asked()).hasSize(4);
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while it connects leaves no question open")
  void cancelEndsTheLookupOfTheOtherFamily() throws IOException {
    fixture.dns.answer("half.test", "127.0.0.1");
    fixture.dns.ignore("half.test", DnsRecordType.AAAA, Integer.MAX_VALUE);
    int deaf = fixture.deafPort();
    Dialer dialer = fixture.dialer();
    failed(dialer, "missing.test");
    long before = openSockets();
    Running running = fixture.start(dialer, target("half.test", deaf));
    await().until(() -> SocketTable.connecting(deaf) > 0 && openSockets() == before + 2);

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(openSockets()).isEqualTo(before);
  }

  @Test
  @DisplayName("O05: a silent DNS server delays no other dial on the same event loop")
  void aSlowLookupDelaysNobody() {
    fixture.dns.hold("slow.test").answer("web.test", "127.0.0.1");
    Dialer dialer = fixture.dialer();
    Running slow = fixture.start(dialer, target("slow.test", port));

    assertThat(fixture.dial(dialer, target("127.0.0.1", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dial(dialer, target("web.test", port))).isInstanceOf(Connected.class);

    assertThat(slow.result()).isNotDone();
    fixture.runOnLoop(slow.handle()::cancel);
  }

  @Test
  @DisplayName("T19: no descriptor is left of dials that failed or were cancelled")
  void nothingIsLeftBehind() throws IOException {
    fixture.dns.ignore("silent.test").hold("held.test");
    Dialer dialer =
        fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, Duration.ofMillis(100)));
    int closed = DialFixture.closedPort("127.0.0.1");
    failed(dialer, "missing.test");
    long before = openSockets();

    for (int i = 0; i < 50; i++) {
      Running held = fixture.start(dialer, target("held.test", port));
      Running connecting = fixture.start(dialer, target("127.0.0.1", port));
      fixture.runOnLoop(held.handle()::cancel);
      fixture.runOnLoop(connecting.handle()::cancel);
      failed(dialer, "missing.test");
      fixture.dial(dialer, target("127.0.0.1", closed));
    }
    failed(dialer, "silent.test");
    fixture.closeUpstreams();

    await().untilAsserted(() -> assertThat(openSockets()).isLessThanOrEqualTo(before));
  }

  private static long openSockets() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(DialerDnsTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      // Closed since it was listed, as the descriptor of the listing itself.
      return false;
    }
  }

  private Connected connected(String name) {
    DialResult result = fixture.dial(fixture.dialer(), target(name, port));
    return assertThat(result).asInstanceOf(type(Connected.class)).actual();
  }

  private Failed failed(Dialer dialer, String name) {
    DialResult result = fixture.dial(dialer, target(name, port));
    return assertThat(result).asInstanceOf(type(Failed.class)).actual();
  }
}
