package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.dns.DnsFault;
import io.detour.server.dns.ScriptedDnsServer.Asked;
import io.detour.server.status.DialError;
import io.netty.handler.codec.dns.DnsRecordType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lookups of more names at once than there are sockets for. */
@Timeout(60)
class DnsSocketsTest {
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
  @DisplayName("more names than there are sockets: a silent server ends all at their deadline")
  void lookupsBeyondTheSocketsWaitWithinTheirDeadline() throws IOException {
    fixture.dns.fault(DnsFault.silence());
    Dialer dialer = withSockets(6, Duration.ofSeconds(2));
    long before = openSockets();
    List<Running> dials = startMany(dialer, 50);
    await().until(() -> fixture.dns.asked().size() >= 6);

    while (dials.stream().anyMatch(dial -> !dial.result().isDone())) {
      assertThat(openSockets()).isLessThanOrEqualTo(before + 6);
      fixture.drainLoop();
    }

    assertThat(dials)
        .allSatisfy(
            dial ->
                assertThat(DialFixture.failed(dial.result().join()).error())
                    .isEqualTo(DialError.DNS_TIMEOUT));
    assertThat(openSockets()).isEqualTo(before);
    assertThat(fixture.dns.asked().stream().map(Asked::name).distinct())
        .as("one query after the other, none twice before another had its turn")
        .hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void lookupsThatWaitedAreServedOnceTheServerAnswers() throws IOException {
    Dialer dialer = withSockets(1, Duration.ofSeconds(20));
    List<Running> dials = startMany(dialer, 20);

    assertThat(dials)
        .allSatisfy(
            dial -> assertThat(DialFixture.await(dial.result())).isInstanceOf(Connected.class));
    assertThat(fixture.dns.asked()).hasSize(40);
  }

  @Test
  void aNameThatIsNotAnsweredGivesWayToTheNext() throws IOException {
    fixture.dns.ignore("silent.test");
    Dialer dialer = withSockets(2, Duration.ofSeconds(8));
    Running silent = fixture.start(dialer, target("silent.test", port));
    List<Running> others = startMany(dialer, 5);

    others.forEach(
        dial -> assertThat(DialFixture.await(dial.result())).isInstanceOf(Connected.class));
    assertThat(silent.result()).isNotDone();
    fixture.runOnLoop(silent.handle()::cancel);
  }

  @Test
  @DisplayName("T19: cancelled lookups give their sockets, and their place in the line, to others")
  void cancelledLookupsMakeRoom() throws IOException {
    fixture.dns.fault(DnsFault.silence());
    Dialer dialer = withSockets(4, Duration.ofSeconds(20));
    long before = openSockets();
    List<Running> cancelled = startMany(dialer, 30);
    await().until(() -> fixture.dns.asked().size() == 4);
    fixture.dns.fault(DnsFault.none()).answer("web.test", "127.0.0.1");
    Running last = fixture.start(dialer, target("web.test", port));

    fixture.runOnLoop(() -> cancelled.reversed().forEach(dial -> dial.handle().cancel()));

    assertThat(DialFixture.await(last.result())).isInstanceOf(Connected.class);
    fixture.closeUpstreams();
    await().untilAsserted(() -> assertThat(openSockets()).isEqualTo(before));
    assertThat(fixture.dns.asked("web.test")).hasSize(2);
    assertThat(fixture.dns.asked()).hasSize(6);
  }

  @Test
  @DisplayName("what is looked up for the cache alone gives way to what somebody waits for")
  void aLookupThatNobodyWaitsForGivesWay() throws IOException {
    fixture.dns.answer("half.test", "127.0.0.1").answer("web.test", "127.0.0.1");
    fixture.dns.ignore("half.test", DnsRecordType.AAAA, Integer.MAX_VALUE);
    Dialer dialer = withSockets(1, Duration.ofHours(1));
    assertThat(fixture.dial(dialer, target("half.test", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dial(dialer, target("web.test", port))).isInstanceOf(Connected.class);

    assertThat(fixture.dial(dialer, target("half.test", port))).isInstanceOf(Connected.class);
    assertThat(fixture.dns.asked("half.test")).as("its address was kept").hasSize(2);
  }

  @Test
  void manyThatFailAtOnceDoNotPileUp() {
    Dialer dialer =
        fixture.dialer(
            sockets(
                fixture
                    .options
                    .with(
                        ConfigurationKey.RESOLVER_SERVERS,
                        List.of(new InetSocketAddress("255.255.255.255", 53)))
                    .dialOptions(),
                1));

    List<Running> dials = startMany(dialer, 10_000);

    assertThat(dials)
        .allSatisfy(
            dial -> assertThat(DialFixture.await(dial.result())).isInstanceOf(Failed.class));
  }

  private List<Running> startMany(Dialer dialer, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              fixture.dns.answer("many" + i + ".test", "127.0.0.1");
              return fixture.start(dialer, target("many" + i + ".test", port));
            })
        .toList();
  }

  private Dialer withSockets(int most, Duration timeout) {
    return fixture.dialer(
        sockets(fixture.options.with(ConfigurationKey.TIMEOUT_DNS, timeout).dialOptions(), most));
  }

  private static DialOptions sockets(DialOptions options, int most) {
    return new DialOptions(
        options.dns().withSockets(most),
        options.connectTimeout(),
        options.destinations(),
        options.parents(),
        options.via());
  }

  private static long openSockets() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(DnsSocketsTest::isSocket).count();
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
}
