package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.dns.DnsFault;
import io.detour.server.dns.ScriptedDnsServer;
import io.detour.server.dns.ScriptedDnsServer.Asked;
import io.detour.server.dns.SystemFiles;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DNS servers as they are: dead, old, broken and behind broken networks. */
class DnsFaultTest {
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);

  private final DialFixture fixture = new DialFixture();
  private final ScriptedDnsServer first = fixture.dns;
  private int port;

  @BeforeEach
  void listen() throws IOException {
    port = fixture.listen("127.0.0.1").getLocalPort();
    first.answer("web.test", "127.0.0.1").answer("other.test", "127.0.0.1");
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "{0}, with the question: {1}")
  @Tag("Q06")
  @CsvSource({"1, true", "1, false", "4, true", "4, false"})
  @Execution(CONCURRENT)
  void aServerThatRefusesEdnsIsAskedWithoutFromThenOn(int code, boolean withQuestion) {
    first.fault(DnsFault.ednsRefused(DnsResponseCode.valueOf(code), withQuestion));
    Dialer dialer = dialer(first);

    connected(dialer, "web.test");
    assertThat(first.asked("web.test")).hasSize(4);
    int withEdns = first.askedWithEdns();
    connected(dialer, "other.test");

    assertThat(withEdns).isEqualTo(2);
    assertThat(first.asked("other.test")).hasSize(2);
    assertThat(first.askedWithEdns()).as("remembered").isEqualTo(withEdns);
  }

  @Test
  @Tag("Q06")
  @Execution(CONCURRENT)
  void aServerWhoseFirewallLosesEdnsIsAskedWithoutFromThenOn() {
    first.fault(DnsFault.ednsLost());
    Dialer dialer = dialer(first);

    connected(dialer, "web.test");
    int withEdns = first.askedWithEdns();
    connected(dialer, "other.test");

    assertThat(first.asked("other.test")).hasSize(2);
    assertThat(first.askedWithEdns()).as("remembered").isEqualTo(withEdns);
  }

  @Test
  @Tag("Q06")
  @Execution(CONCURRENT)
  void aServerThatKnowsEdnsKeepsIt() {
    Dialer dialer = dialer(first);
    connected(dialer, "web.test");
    first.fail("broken.test", DnsResponseCode.SERVFAIL);
    failed(dialer, "broken.test");

    connected(dialer, "other.test");

    assertThat(first.askedWithEdns()).isEqualTo(first.asked().size());
  }

  @ParameterizedTest(name = "{0}")
  @Tag("Q06")
  @CsvSource({"1, FORMERR", "2, SERVFAIL", "4, NOTIMP", "5, REFUSED"})
  @Execution(CONCURRENT)
  void aServerThatRefusesEverythingIsTold(int code, String rcode) {
    first.fault(DnsFault.refusal(DnsResponseCode.valueOf(code)));

    Failed failed = failed(dialer(first), "web.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.rcode()).isEqualTo(rcode);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1, 2, 4, 5})
  @Execution(CONCURRENT)
  void aServerThatRefusesEverythingGivesWayToTheNext(int code) {
    ScriptedDnsServer second = second();
    first.fault(DnsFault.refusal(DnsResponseCode.valueOf(code)));

    connected(dialer(first, second), "web.test");
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void aDeadServerIsNotAskedFirstAgain() {
    ScriptedDnsServer second = second();
    first.fault(DnsFault.silence());
    Dialer dialer = dialer(first, second);
    connected(dialer, "web.test");
    int asked = first.asked().size();

    for (int i = 0; i < 5; i++) {
      connected(dialer, "name-" + i + ".test");
    }

    assertThat(asked).isPositive();
    assertThat(first.asked()).hasSize(asked);
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void aDeadServerIsAskedWhetherItIsBackWithoutAnybodyWaiting() {
    ScriptedDnsServer second = second();
    first.fault(DnsFault.silence());
    AtomicLong nanos = new AtomicLong();
    Dialer dialer = dialer(nanos, first, second);
    connected(dialer, "web.test");
    int asked = first.asked().size();
    first.fault(DnsFault.none());

    nanos.addAndGet(PROBE_INTERVAL.toNanos());
    connected(dialer, "other.test");

    // Once, by one of the two families; the answer that counts is the other server's.
    await().until(() -> first.asked().size() == asked + 1);
    assertThat(second.asked("other.test")).hasSize(2);
    await()
        .untilAsserted(
            () -> {
              int before = second.asked().size();
              nanos.addAndGet(Duration.ofHours(1).toNanos());
              connected(dialer, "other.test");
              assertThat(second.asked()).as("the first server is the first again").hasSize(before);
            });
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void aServerThatStaysDeadIsAskedOncePerInterval() {
    ScriptedDnsServer second = second();
    first.fault(DnsFault.silence());
    AtomicLong nanos = new AtomicLong();
    Dialer dialer = dialer(nanos, first, second);
    connected(dialer, "web.test");
    int asked = first.asked().size();

    for (int i = 0; i < 3; i++) {
      nanos.addAndGet(PROBE_INTERVAL.toNanos());
      connected(dialer, "a-" + i + ".test");
      connected(dialer, "b-" + i + ".test");
    }

    await().until(() -> first.asked().size() >= asked + 3);
    assertThat(first.asked()).hasSize(asked + 3);
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void aServerThatIsSilentAboutOneNameIsNotDead() {
    ScriptedDnsServer second = second();
    first.ignore("web.test", DnsRecordType.A, Integer.MAX_VALUE);
    Dialer dialer = dialer(first, second);
    connected(dialer, "web.test");

    connected(dialer, "other.test");

    assertThat(first.asked("other.test")).hasSize(2);
    assertThat(second.asked("other.test")).isEmpty();
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void aDialerApartKnowsOfADeadServerAndCountsForItself() {
    ScriptedDnsServer second = second();
    first.fault(DnsFault.silence());
    Dialer dialer = dialer(first, second);
    connected(dialer, "web.test");
    int asked = first.asked().size();
    Dialer apart = fixture.keep(dialer.sharingNames());

    connected(apart, "other.test");

    assertThat(first.asked()).hasSize(asked);
    assertThat(apart.statistics()).isNotSameAs(dialer.statistics());
  }

  @Test
  @Tag("Q17")
  @Execution(CONCURRENT)
  void whereNobodyListensTheNextServerIsAskedAtOnce() throws IOException {
    ScriptedDnsServer second = second();
    Dialer dialer = dialer(new AtomicLong(), nobody(), second.address());

    Connected connected = connected(dialer, "web.test");

    assertThat(Duration.ofNanos(connected.dnsNanos())).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  @Execution(CONCURRENT)
  void whereNobodyListensAtAllThatIsTold() throws IOException {
    Dialer dialer = dialer(new AtomicLong(), nobody());

    Failed failed = failed(dialer, "web.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.details()).isEqualTo("the DNS servers cannot be reached");
  }

  @Test
  @Execution(CONCURRENT)
  void lostPacketsAreSentAgain() {
    first.fault(DnsFault.loss());

    connected(dialer(first), "web.test");
  }

  @Test
  @Execution(CONCURRENT)
  void answersWithOtherNumbersAreNotTaken() {
    first.fault(DnsFault.wrongId());

    Failed failed = failed(hasty(first), "web.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_TIMEOUT);
  }

  @Test
  @Execution(CONCURRENT)
  void anAnswerWithAnotherNumberDoesNotHideTheRightOne() {
    first.fault(DnsFault.wrongIdFirst());

    connected(dialer(first), "web.test");
    assertThat(first.asked()).hasSize(2);
  }

  @Test
  @Execution(CONCURRENT)
  void answersFromAnotherAddressAreNotTaken() {
    first.answerFromElsewhere();

    Failed failed = failed(hasty(first), "web.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_TIMEOUT);
  }

  @Test
  @Execution(CONCURRENT)
  void theNextServerAnswersForOneThatAnswersFromAnotherAddress() {
    first.answerFromElsewhere();

    connected(dialer(first, second()), "web.test");
  }

  @Test
  @Execution(CONCURRENT)
  void theLettersOfAnAnswerMayBeInTheOtherCase() {
    first.fault(DnsFault.capitals());

    connected(dialer(first), "web.test");
    assertThat(first.asked()).hasSize(2);
  }

  @Test
  @Execution(CONCURRENT)
  void aliasesThatLeadInACircleAreAnError() {
    first.alias(60, "a.test", "b.test").alias(60, "b.test", "c.test").alias(60, "c.test", "a.test");

    Failed failed = failed(dialer(first), "a.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(first.asked()).hasSizeLessThan(50);
  }

  @Test
  @Execution(CONCURRENT)
  void anAliasOfItselfIsAnError() {
    first.alias(60, "a.test", "a.test");

    assertThat(failed(dialer(first), "a.test").error()).isEqualTo(DialError.DNS_ERROR);
  }

  @Test
  @Execution(CONCURRENT)
  void anAliasOfWhatIsNoHostNameIsAnError() {
    first.aliasAlone(60, "a.test", "not a name.test");

    Failed failed = failed(dialer(first), "a.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(first.asked("a.test")).hasSize(2);
  }

  @Test
  @Execution(CONCURRENT)
  void anAnswerOfFourKilobytesIsReadThoughItWasNotAskedFor() {
    first.answer("big.test", many());

    assertThat(connected(dialer(first), "big.test").attempts()).isPositive();
    assertThat(first.asked()).extracting(Asked::overTcp).containsOnly(false);
  }

  @Test
  @Execution(CONCURRENT)
  void anAnswerOfFourKilobytesIsReadOverTcp() {
    first.answer("big.test", many()).truncate("big.test");

    connected(dialer(first), "big.test");
    assertThat(first.asked()).contains(new Asked("big.test", DnsRecordType.A, true));
  }

  @Test
  @Execution(CONCURRENT)
  void whatFitsADatagramIsUsedIfThereIsNoTcp() {
    ScriptedDnsServer udpOnly = udpOnly().cut("web.test");
    Dialer dialer = dialer(udpOnly);

    connected(dialer, "web.test");
    connected(dialer, "web.test");

    assertThat(udpOnly.asked("web.test")).as("not kept").hasSize(4);
  }

  @Test
  @Execution(CONCURRENT)
  void aTruncatedAnswerWithoutAnAddressIsAnErrorIfThereIsNoTcp() {
    Failed failed = failed(dialer(udpOnly().truncate("web.test")), "web.test");

    assertThat(failed.error()).isEqualTo(DialError.DNS_ERROR);
    assertThat(failed.details()).contains("TCP");
  }

  @Test
  @Execution(CONCURRENT)
  void theNextServerAnswersForOneWithoutTcp() {
    ScriptedDnsServer udpOnly = udpOnly().truncate("web.test");
    Dialer dialer = dialer(udpOnly, first);

    connected(dialer, "web.test");
    connected(dialer, "other.test");

    assertThat(udpOnly.asked("other.test")).as("it is not dead").hasSize(2);
  }

  @ParameterizedTest(name = "a time to live of {0} s")
  @ValueSource(longs = {0, 1L << 31, (1L << 32) - 1})
  @Execution(CONCURRENT)
  void anAnswerWithoutALifetimeIsUsedOnce(long ttlSeconds) {
    first.answerFor(ttlSeconds, "web.test", "127.0.0.1");
    Dialer dialer = dialer(first);

    connected(dialer, "web.test");
    connected(dialer, "web.test");

    assertThat(first.asked()).hasSize(4);
  }

  @Test
  @Execution(CONCURRENT)
  void theLongestLifetimeIsBounded() {
    first.answerFor(Integer.MAX_VALUE, "web.test", "127.0.0.1");
    AtomicLong nanos = new AtomicLong();
    Dialer dialer = dialer(nanos, first);
    connected(dialer, "web.test");

    nanos.addAndGet(Duration.ofMinutes(6).toNanos());
    connected(dialer, "web.test");

    assertThat(first.asked()).hasSize(4);
  }

  private static String[] many() {
    return Stream.concat(
            Stream.of("127.0.0.1"), IntStream.rangeClosed(1, 150).mapToObj(i -> "192.0.2." + i))
        .toArray(String[]::new);
  }

  /** An address where nothing listens. */
  private static InetSocketAddress nobody() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (DatagramSocket socket = new DatagramSocket(0, loopback)) {
      return new InetSocketAddress(loopback, socket.getLocalPort());
    }
  }

  /** Answers every name of these tests. */
  private ScriptedDnsServer second() {
    ScriptedDnsServer second = fixture.keep(ScriptedDnsServer.start());
    Stream.concat(
            Stream.of("web.test", "other.test"),
            IntStream.range(0, 5)
                .boxed()
                .flatMap(i -> Stream.of("name-", "a-", "b-").map(n -> n + i + ".test")))
        .forEach(name -> second.answer(name, "127.0.0.1"));
    return second;
  }

  private ScriptedDnsServer udpOnly() {
    return fixture
        .keep(ScriptedDnsServer.startWithoutTcp())
        .answer("web.test", "127.0.0.1")
        .answer("other.test", "127.0.0.1");
  }

  private Dialer dialer(ScriptedDnsServer... servers) {
    return fixture.dialer(options(addresses(servers)));
  }

  private Dialer dialer(AtomicLong nanos, ScriptedDnsServer... servers) {
    return dialer(nanos, addresses(servers));
  }

  private Dialer dialer(AtomicLong nanos, InetSocketAddress... servers) {
    return fixture.dialer(options(servers), SystemFiles.ofSystem(), nanos::get);
  }

  /** Does not wait long for what does not come. */
  private Dialer hasty(ScriptedDnsServer server) {
    return fixture.dialer(
        options(server.address()).with(ConfigurationKey.TIMEOUT_DNS, Duration.ofMillis(400)));
  }

  private Configuration options(InetSocketAddress... servers) {
    return fixture
        .options
        .with(ConfigurationKey.TIMEOUT_DNS, Duration.ofSeconds(4))
        .with(ConfigurationKey.RESOLVER_SERVERS, List.of(servers));
  }

  private static InetSocketAddress[] addresses(ScriptedDnsServer... servers) {
    return Stream.of(servers).map(ScriptedDnsServer::address).toArray(InetSocketAddress[]::new);
  }

  private Connected connected(Dialer dialer, String name) {
    DialResult result = fixture.dial(dialer, target(name, port));
    return assertThat(result).asInstanceOf(type(Connected.class)).actual();
  }

  private Failed failed(Dialer dialer, String name) {
    DialResult result = fixture.dial(dialer, target(name, port));
    return assertThat(result).asInstanceOf(type(Failed.class)).actual();
  }
}
