package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.detour.config.Configuration;
import io.detour.server.dns.DnsOptions;
import io.detour.server.dns.Ipv6;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialOptionsTest {
  private final DialOptions defaults = Configuration.defaults().dialOptions();

  @Test
  void theDefaultsAskTheSystemsServers() {
    assertThat(defaults.dns().servers()).isEmpty();
    assertThat(defaults.dns().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1S", "PT0S", "PT0.0009S", "PT1H0.001S"})
  void timeoutsOutOfRangeAreRefused(String text) {
    Duration timeout = Duration.parse(text);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new DialOptions(defaults.dns(), timeout, defaults.destinations(), Map.of(), null))
        .withMessage("connectTimeout: " + timeout + " (expected: PT0.001S..PT1H)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DnsOptions(timeout, List.of(), Map.of(), false, Ipv6.PREFER, 1))
        .withMessage("dnsTimeout: " + timeout + " (expected: PT0.01S..PT1H)");
  }

  @Test
  void aServerThatIsANameIsRefused() {
    InetSocketAddress name = InetSocketAddress.createUnresolved("ns.test", 53);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new DnsOptions(
                    Duration.ofSeconds(1), List.of(name), Map.of(), false, Ipv6.PREFER, 1))
        .withMessageContaining("ns.test");
  }

  @Test
  void noSocketsAtAllAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> defaults.dns().withSockets(0))
        .withMessage("sockets: 0 (expected: 1..)");
  }

  @Test
  void aHostWithoutAnAddressIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new DnsOptions(
                    Duration.ofSeconds(1),
                    List.of(),
                    Map.of(DialFixture.host("erp.test"), List.of()),
                    false,
                    Ipv6.PREFER,
                    1))
        .withMessage("hosts: erp.test (expected: an address)");
  }
}
