package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines stand in one text here, between bars. */
@Tag("Q01")
class ResolvConfTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "nameserver 10.0.0.2, 10.0.0.2",
    "nameserver\t10.0.0.2\t, 10.0.0.2",
    "nameserver 2001:db8::53, 2001:db8:0:0:0:0:0:53",
    "nameserver ::ffff:10.0.0.2, 10.0.0.2",
    "nameserver 2001:db8::53%eth0, 2001:db8:0:0:0:0:0:53",
    "nameserver fe80::1, fe80:0:0:0:0:0:0:1",
    "nameserver 10.0.0.2 ; office, 10.0.0.2",
    "nameserver 10.0.0.2 # office, 10.0.0.2",
    "nameserver 10.0.0.2 10.0.0.3, 10.0.0.2",
    "nameserver 10.2, 10.0.0.2",
    "nameserver 10.0.0.010, 10.0.0.8",
    "# nameserver 10.0.0.9|;nameserver 10.0.0.9|nameserver 10.0.0.2, 10.0.0.2",
    "nameserver 10.0.0.2|nameserver 10.0.0.3, 10.0.0.2 10.0.0.3",
    "'', 127.0.0.1",
    "search a.test, 127.0.0.1",
    "options edns0 trust-ad attempts:2 single-request, 127.0.0.1",
    "sortlist 10.0.0.0, 127.0.0.1",
  })
  void nameServersAreReadAsByGlibc(String text, String servers) {
    ResolvConf conf = parsed(text);

    assertThat(servers(conf)).containsExactly(servers.split(" ", -1));
    assertThat(conf.servers()).allSatisfy(server -> assertThat(server.getPort()).isEqualTo(53));
    assertThat(conf.unusable()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "nameserver 10.0.0.2:53",
        "nameserver 10.0.0.2#53",
        "nameserver [2001:db8::53]:53",
        "nameserver [2001:db8::53]",
        "nameserver 10.0.0.2;office",
        "nameserver dns.example.com",
        "nameserver 10.0.0.256",
        "nameserver",
        "nameserver\t",
        "nameserver fe80::1%no-such-0",
        "nameserver fe80::1%",
        "nameserver %eth0",
        " nameserver 10.0.0.2",
        "nameservers 10.0.0.2",
        "NAMESERVER 10.0.0.2",
        "\u0000\u0001\u00ff",
      })
  void withUnusableLinesAloneTheServerOnThisMachineIsAsked(String line) {
    ResolvConf conf = parsed(line);

    assertThat(servers(conf)).containsExactly("127.0.0.1");
    assertThat(conf.unusable()).singleElement().asString().startsWith("line 1: ");
  }

  @Test
  void anUnusableLineDoesNotHideTheOthers() {
    ResolvConf conf = parsed("nameserver 10.0.0.2:53|nameserver 10.0.0.3|nameserver x");

    assertThat(servers(conf)).containsExactly("10.0.0.3");
    assertThat(conf.unusable())
        .containsExactly(
            "line 1: an address without a port is expected",
            "line 3: an address without a port is expected");
  }

  @Test
  void noMoreThanThreeServersAreAskedAndUnusableOnesAreNotAmongThem() {
    ResolvConf conf =
        parsed(
            "nameserver x|nameserver 10.0.0.1|nameserver 10.0.0.2|nameserver 10.0.0.3|nameserver"
                + " 10.0.0.4");

    assertThat(servers(conf)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
    assertThat(conf.unusable()).hasSize(2);
  }

  @Test
  void aZoneIsANumberOrAnInterface() throws SocketException {
    NetworkInterface any = NetworkInterface.networkInterfaces().findFirst().orElseThrow();

    assertThat(zones(parsed("nameserver fe80::1%7|nameserver fe80::1%" + any.getName())))
        .containsExactly(7, any.getIndex());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "search a.test B.test.,                    a.test b.test",
    "search a.test|search c.test,              c.test",
    "search a.test|domain c.test,              c.test",
    "domain a.test b.test,                     a.test",
    "domain a.test|search b.test c.test,       b.test c.test",
    "search a.test|search,                     a.test",
    "search\ta.test,                           a.test",
    "search .,                                 ''",
    "nameserver 192.0.2.1,                     ''",
    "# search a.test,                          ''",
    "search 1.test 2.test 3.test 4.test 5.test 6.test 7.test, "
        + "1.test 2.test 3.test 4.test 5.test 6.test 7.test",
  })
  void theLastSearchListCounts(String text, String domains) {
    ResolvConf conf = parsed(text);

    assertThat(String.join(" ", conf.search())).isEqualTo(domains);
    assertThat(conf.unusable()).isEmpty();
  }

  @Test
  void whatIsNoDomainNameIsNotSearched() {
    ResolvConf conf = parsed("search a.test 10.0.0.1 b..test");

    assertThat(conf.search()).containsExactly("a.test");
    assertThat(conf.unusable()).hasSize(2);
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource({
    "'',                                     1, 0, false, false, true",
    "options ndots:2,                        2, 0, false, false, true",
    "options ndots:0,                        0, 0, false, false, true",
    "options ndots:99,                      15, 0, false, false, true",
    "options timeout:2 attempts:9,           1, 2, false, false, true",
    "options timeout:0,                      1, 1, false, false, true",
    "options timeout:99,                     1, 30, false, false, true",
    "options rotate use-vc no-aaaa,          1, 0, true, true, false",
    "options rotate|options use-vc trust-ad, 1, 0, true, true, true",
    "options new-one,                        1, 0, false, false, true",
  })
  void optionsHaveTheBoundsOfGlibc(
      String text, int dots, int timeout, boolean rotate, boolean tcp, boolean ipv6) {
    ResolvConf conf = parsed(text);

    assertThat(conf.options()).isEqualTo(new ResolvConf.Options(dots, timeout, rotate, tcp, ipv6));
    assertThat(conf.unusable()).isEmpty();
  }

  @ParameterizedTest(name = "options {0}")
  @ValueSource(strings = {"ndots:x", "ndots:", "timeout:-1", "timeout:99999999999"})
  void anOptionWithoutANumberIsUnusable(String option) {
    ResolvConf conf = parsed("nameserver 10.0.0.1|options " + option);

    assertThat(conf.options()).isEqualTo(parsed("").options());
    assertThat(conf.unusable()).containsExactly("line 2: the option has no number");
  }

  private static ResolvConf parsed(String text) {
    return ResolvConf.parse(List.of(text.split("\\|", -1)));
  }

  private static List<String> servers(ResolvConf conf) {
    return addresses(conf).map(InetAddress::getHostAddress).toList();
  }

  private static List<Integer> zones(ResolvConf conf) {
    return addresses(conf).map(address -> ((Inet6Address) address).getScopeId()).toList();
  }

  private static Stream<InetAddress> addresses(ResolvConf conf) {
    return conf.servers().stream().map(InetSocketAddress::getAddress);
  }
}
