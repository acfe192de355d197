package io.detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.server.dial.Parent;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a configuration says arrives where it is used. */
class ConfigurationTest {
  @Test
  void everyValueReachesItsOption() {
    Configuration configuration =
        Configuration.defaults()
            .withTimeout(Timeout.DNS, Duration.ofSeconds(1))
            .withTimeout(Timeout.CONNECT, Duration.ofSeconds(2))
            .withTimeout(Timeout.IDLE, Duration.ofSeconds(3))
            .withTimeout(Timeout.HALF_CLOSE, Duration.ofSeconds(4))
            .withTimeout(Timeout.WRITE_STALL, Duration.ofSeconds(5))
            .withTimeout(Timeout.KEEP_ALIVE, Duration.ofSeconds(6))
            .withRelay(new RelayChoice(RelayMode.SPLICE, 128 << 10, 7, Duration.ZERO))
            .withParents(Map.of("dc", (Parent) Parent.parse("http://h")));

    RelayOptions relay = configuration.relayOptions();
    assertThat(relay.idle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(relay.halfClose()).isEqualTo(Duration.ofSeconds(4));
    assertThat(relay.writeStall()).isEqualTo(Duration.ofSeconds(5));
    assertThat(relay.keepAlive()).isEqualTo(Duration.ofSeconds(6));
    assertThat(relay.mode()).isEqualTo(RelayMode.SPLICE);
    assertThat(relay.pipeBytes()).isEqualTo(128 << 10);
    assertThat(relay.pipes()).isEqualTo(7);
    assertThat(configuration.dialOptions().dnsTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(configuration.dialOptions().connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(configuration.dialOptions().parents()).containsOnlyKeys("dc");
  }
}
