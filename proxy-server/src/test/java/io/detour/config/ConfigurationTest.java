package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.rules.lint.Lint.Setting;
import io.detour.server.access.AccessOptions;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.Ipv6;
import io.detour.server.dial.Parent;
import io.detour.server.serve.ClientTimeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a configuration says arrives where it is used. */
class ConfigurationTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @Test
  void everyValueReachesItsOption() {
    AccessOptions access = AccessOptions.open();
    ResolverOptions resolver =
        new ResolverOptions(
            List.of(new InetSocketAddress(LOOPBACK, 5353)),
            Map.of(Host.parse("a.example").orElseThrow(), List.of(LOOPBACK)),
            true,
            Ipv6.OFF);
    Configuration configuration =
        Configuration.defaults()
            .with(
                all -> {
                  all.timeout(Timeout.DNS, Duration.ofSeconds(1));
                  all.timeout(Timeout.CONNECT, Duration.ofSeconds(2));
                  all.timeout(Timeout.IDLE, Duration.ofSeconds(3));
                  all.timeout(Timeout.HALF_CLOSE, Duration.ofSeconds(4));
                  all.timeout(Timeout.WRITE_STALL, Duration.ofSeconds(5));
                  all.timeout(Timeout.KEEP_ALIVE, Duration.ofSeconds(6));
                  all.timeout(Timeout.HEAD, Duration.ofSeconds(7));
                  all.timeout(Timeout.HTTP_KEEP_ALIVE, Duration.ofSeconds(8));
                  all.timeout(Timeout.BODY, Duration.ofSeconds(9));
                  all.timeout(Timeout.RESPONSE, Duration.ofSeconds(10));
                  all.relay(new RelayChoice(RelayMode.SPLICE, 128 << 10, 7, Duration.ZERO));
                  all.access(access);
                  all.resolver(resolver);
                  all.parents(Map.of("dc", Parent.parse("http://h").orElseThrow()));
                });

    RelayOptions relay = configuration.relayOptions();
    assertThat(relay.idle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(relay.halfClose()).isEqualTo(Duration.ofSeconds(4));
    assertThat(relay.writeStall()).isEqualTo(Duration.ofSeconds(5));
    assertThat(relay.keepAlive()).isEqualTo(Duration.ofSeconds(6));
    assertThat(relay.mode()).isEqualTo(RelayMode.SPLICE);
    assertThat(relay.pipeBytes()).isEqualTo(128 << 10);
    assertThat(relay.pipes()).isEqualTo(7);
    DialOptions dial = configuration.dialOptions();
    assertThat(dial.dnsTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(dial.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(dial.parents()).containsOnlyKeys("dc");
    assertThat(dial.dnsServers()).isEqualTo(resolver.servers());
    assertThat(dial.hosts()).isEqualTo(resolver.hosts());
    assertThat(dial.search()).isTrue();
    assertThat(dial.ipv6()).isEqualTo(Ipv6.OFF);
    assertThat(dial.destinations()).isEqualTo(access.destinations());
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
        nobody.with(all -> all.access(nobody.access().withUsers(Path.of("htpasswd"))));

    assertThat(nobody.ruleSetting(LocalDate.EPOCH).users()).isEqualTo(Setting.Users.NONE);
    assertThat(users.ruleSetting(LocalDate.EPOCH).users()).isEqualTo(Setting.Users.SOME);
  }
}
