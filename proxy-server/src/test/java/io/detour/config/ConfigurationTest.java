package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.rules.lint.Lint.Setting;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.Parent;
import io.detour.server.dns.Ipv6;
import io.detour.server.serve.ClientTimeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a configuration says arrives where it is used. */
class ConfigurationTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @Test
  void everyValueReachesItsOption() {
    DestinationPolicy destinations = DestinationPolicy.everything();
    List<InetSocketAddress> servers = List.of(new InetSocketAddress(LOOPBACK, 5353));
    Map<Host, List<InetAddress>> hosts =
        Map.of(Host.parse("a.example").orElseThrow(), List.of(LOOPBACK));
    Configuration configuration =
        Configuration.defaults()
            .with(ConfigurationKey.TIMEOUT_DNS, Duration.ofSeconds(1))
            .with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofSeconds(2))
            .with(ConfigurationKey.TIMEOUT_IDLE, Duration.ofSeconds(3))
            .with(ConfigurationKey.TIMEOUT_HALF_CLOSE, Duration.ofSeconds(4))
            .with(ConfigurationKey.TIMEOUT_WRITE_STALL, Duration.ofSeconds(5))
            .with(ConfigurationKey.TIMEOUT_KEEP_ALIVE, Duration.ofSeconds(6))
            .with(ConfigurationKey.TIMEOUT_HEAD, Duration.ofSeconds(7))
            .with(ConfigurationKey.TIMEOUT_HTTP_KEEP_ALIVE, Duration.ofSeconds(8))
            .with(ConfigurationKey.TIMEOUT_BODY, Duration.ofSeconds(9))
            .with(ConfigurationKey.TIMEOUT_RESPONSE, Duration.ofSeconds(10))
            .with(ConfigurationKey.RELAY_MODE, RelayMode.SPLICE)
            .with(ConfigurationKey.RELAY_PIPE_SIZE, 128 << 10)
            .with(ConfigurationKey.RELAY_PIPES, 7)
            .with(ConfigurationKey.ACCESS_DESTINATIONS, destinations)
            .with(ConfigurationKey.RESOLVER_SERVERS, servers)
            .with(ConfigurationKey.RESOLVER_HOSTS, hosts)
            .with(ConfigurationKey.RESOLVER_SEARCH, true)
            .with(ConfigurationKey.RESOLVER_IPV6, Ipv6.OFF)
            .with(ConfigurationKey.PARENTS, Map.of("dc", Parent.parse("http://h").orElseThrow()));

    RelayOptions relay = configuration.relayOptions();
    assertThat(relay.idle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(relay.halfClose()).isEqualTo(Duration.ofSeconds(4));
    assertThat(relay.writeStall()).isEqualTo(Duration.ofSeconds(5));
    assertThat(relay.keepAlive()).isEqualTo(Duration.ofSeconds(6));
    assertThat(relay.mode()).isEqualTo(RelayMode.SPLICE);
    assertThat(relay.pipeBytes()).isEqualTo(128 << 10);
    assertThat(relay.pipes()).isEqualTo(7);
    DialOptions dial = configuration.dialOptions();
    assertThat(dial.dns().timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(dial.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(dial.parents()).containsOnlyKeys("dc");
    assertThat(dial.dns().servers()).isEqualTo(servers);
    assertThat(dial.dns().hosts()).isEqualTo(hosts);
    assertThat(dial.dns().search()).isTrue();
    assertThat(dial.dns().ipv6()).isEqualTo(Ipv6.OFF);
    assertThat(dial.destinations()).isEqualTo(destinations);
    assertThat(configuration.clientTimeouts())
        .isEqualTo(
            new ClientTimeouts(
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5)));
  }

  @Test
  void rulesAreJudgedByWhetherUsersAreAsked() {
    Configuration nobody = Configuration.defaults();
    Configuration users =
        nobody.with(ConfigurationKey.ACCESS_USERS, Optional.of(Path.of("htpasswd")));

    assertThat(nobody.ruleSetting(LocalDate.EPOCH).users()).isEqualTo(Setting.Users.NONE);
    assertThat(users.ruleSetting(LocalDate.EPOCH).users()).isEqualTo(Setting.Users.SOME);
  }
}
