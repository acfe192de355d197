package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameServiceTest {
  private static final String THREE = "nameserver 10.0.0.1|nameserver 10.0.0.2|nameserver 10.0.0.3";

  @ParameterizedTest(name = "D04, Q09: with {0} {1} may be {2}")
  @Tag("Q09")
  @CsvSource({
    "search a.test b.test, wiki,      wiki.a.test wiki.b.test wiki",
    "search a.test b.test, wiki.,     wiki",
    "search a.test b.test, wiki.team, wiki.team",
    "search a.test b.test, a.b.,      a.b",
    "search a.test|options ndots:0, wiki,      wiki wiki.a.test",
    "search a.test|options ndots:5, wiki,      wiki.a.test wiki",
    "search a.test|options ndots:5, wiki.team, wiki.team",
    "search .,             wiki,      wiki",
    "'',                   wiki,      wiki",
  })
  void namesWithoutADotAreCompleted(String conf, String host, String candidates) {
    NameService service = NameService.of(options(true), conf(conf));

    assertThat(service.candidates(host(host))).containsExactly(candidates.split(" ", -1));
  }

  @Test
  @DisplayName("D04, Q09: without being asked to, no name is completed")
  @Tag("Q09")
  void namesAreCompleteByDefault() {
    NameService service = NameService.of(options(false), conf("search a.test"));

    assertThat(service.candidates(host("wiki"))).containsExactly("wiki");
  }

  @Test
  @Tag("Q09")
  void aNameThatWouldBeTooLongIsNotCompleted() {
    String domain = ("a".repeat(49) + ".").repeat(4) + "b".repeat(49);
    NameService service = NameService.of(options(true), conf("search " + domain));

    assertThat(service.candidates(host("wiki"))).containsExactly("wiki");
  }

  @Test
  @Tag("Q17")
  void aSilentServerIsAskedLastUntilItResponds() {
    NameService service = NameService.of(options(false), conf(THREE));
    DnsServer first = service.inOrder().getFirst();

    first.unanswered(first.responses(), false, 0);
    assertThat(order(service)).containsExactly(2, 3, 1);

    first.responded();
    assertThat(order(service)).containsExactly(1, 2, 3);
  }

  @Test
  @Tag("Q17")
  void oneLostPacketAmongOthersDoesNotMakeAServerSilent() {
    NameService service = NameService.of(options(false), conf(THREE));
    DnsServer first = service.inOrder().getFirst();
    long before = first.responses();

    first.responded();
    first.unanswered(before, false, 0);

    assertThat(order(service)).containsExactly(1, 2, 3);
  }

  @Test
  @Tag("Q17")
  void oneLookupAtATimeAsksASilentServerWhetherItIsBack() {
    DnsServer server = NameService.of(options(false), conf(THREE)).inOrder().getFirst();
    long interval = DnsServer.PROBE_INTERVAL.toNanos();
    assertThat(server.claimProbe(interval)).as("is not silent").isFalse();
    server.unanswered(server.responses(), false, 7);

    assertThat(server.claimProbe(7 + interval - 1)).isFalse();
    assertThat(server.claimProbe(7 + interval)).isTrue();
    assertThat(server.claimProbe(7 + interval)).isFalse();
    assertThat(server.claimProbe(7 + 2 * interval)).isTrue();
  }

  @Test
  @Tag("Q06")
  void aServerThatAnsweredWithEdnsOnceKeepsIt() {
    NameService service = NameService.of(options(false), conf(THREE));
    DnsServer knowing = service.inOrder().get(0);
    DnsServer unknown = service.inOrder().get(1);
    knowing.answered(true);

    knowing.unanswered(knowing.responses(), true, 0);
    unknown.unanswered(unknown.responses(), true, 0);

    assertThat(knowing.takesEdns()).isTrue();
    assertThat(unknown.takesEdns()).isFalse();
  }

  @Test
  @Tag("Q01")
  void serversTakeTurnsWhereTheFileSaysSo() {
    NameService service = NameService.of(options(false), conf(THREE + "|options rotate"));

    assertThat(order(service)).containsExactly(1, 2, 3);
    assertThat(order(service)).containsExactly(2, 3, 1);
    assertThat(order(service)).containsExactly(3, 1, 2);
    assertThat(order(service)).containsExactly(1, 2, 3);
  }

  @Test
  @Tag("Q01")
  void theOptionsOfTheFileAreThoseOfItsServers() {
    NameService service = NameService.of(options(false), conf("options use-vc no-aaaa timeout:1"));

    assertThat(service.overTcp()).isTrue();
    assertThat(service.ipv6()).isEqualTo(Ipv6.OFF);
    assertThat(service.queryTimeoutMillis()).isEqualTo(1000);
  }

  @Test
  @Tag("Q01")
  void theOptionsOfTheFileAreNotThoseOfOtherServers() {
    NameService service =
        NameService.of(
            options(true, new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 5353)),
            conf(THREE + "|search a.test|options use-vc no-aaaa timeout:1 rotate ndots:0"));

    assertThat(order(service)).containsExactly(9);
    assertThat(service.overTcp()).isFalse();
    assertThat(service.ipv6()).isEqualTo(Ipv6.PREFER);
    assertThat(service.queryTimeoutMillis()).isEqualTo(5000);
    assertThat(service.candidates(host("wiki"))).containsExactly("wiki", "wiki.a.test");
  }

  private static List<Integer> order(NameService service) {
    return service.inOrder().stream()
        .map(server -> (int) server.address().getAddress().getAddress()[3])
        .toList();
  }

  private static DnsOptions options(boolean search, InetSocketAddress... servers) {
    return new DnsOptions(
        Duration.ofSeconds(20), List.of(servers), Map.of(), search, Ipv6.PREFER, 8);
  }

  private static ResolvConf conf(String text) {
    return ResolvConf.parse(List.of(text.split("\\|", -1)));
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }
}
