package io.detour;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.core.relay.RelayMode;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who wants splice alone is told if it cannot be had. */
@Tag("Q19")
class RequiredSpliceTest {
  private static final String CAUSE = "/tmp/libnetty.so: failed to map segment";

  private static Configuration with(RelayMode mode) {
    return Configuration.defaults().with(ConfigurationKey.RELAY_MODE, mode);
  }

  @Test
  void withoutEpollItDoesNotStartAndNamesKeyAndCause() {
    assertThatThrownBy(() -> DataPath.requireSplice(with(RelayMode.SPLICE), CAUSE))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("relay.mode: splice needs epoll")
        .hasMessageEndingWith(CAUSE);
  }

  @Test
  void withoutPipesNeither() {
    Configuration none = with(RelayMode.SPLICE).with(ConfigurationKey.RELAY_PIPES, 0);

    assertThatThrownBy(() -> DataPath.requireSplice(none, null))
        .hasMessageContaining("relay.pipes");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPLICE")
  void otherModesDoWithout(RelayMode mode) {
    assertThatCode(() -> DataPath.requireSplice(with(mode), CAUSE)).doesNotThrowAnyException();
  }

  @Test
  void whereThereIsEpollItStarts() {
    assertThatCode(() -> DataPath.requireSplice(with(RelayMode.SPLICE), null))
        .doesNotThrowAnyException();
  }
}
