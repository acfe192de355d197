package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.ServerOptions;
import io.detour.rules.RuleSet;
import io.detour.server.decide.FixedRules;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the configuration says about event loops is what they are made with. */
class ServingLoopsTest {
  private record Asked(Duration busyPoll, boolean several) {}

  private final List<Asked> asked = new ArrayList<>();

  private Transport recording() {
    Transport usual = Transport.available();
    return new Transport(
        usual.name(),
        usual.ioHandlers(),
        (busyPoll, several) -> {
          asked.add(new Asked(busyPoll, several));
          return usual.servingHandlers().of(busyPoll, several);
        },
        usual.serverSockets(),
        usual.sockets(),
        usual.datagrams(),
        usual.unixServers(),
        usual.reusePort());
  }

  @ParameterizedTest(name = "{0}: {1} us, with others: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "relay: { busy_poll: 50us }, threads: 2 | 50 | true",
        "relay: { busy_poll: 0s }, threads: 1 | 0 | false",
      })
  void busyPollReachesTheLoops(String keys, long micros, boolean several) throws IOException {
    serve("{ listen: '127.0.0.1:0', admin: { listen: '127.0.0.1:0' }, " + keys + " }");

    assertThat(asked).containsExactly(new Asked(Duration.ofNanos(1000 * micros), several));
  }

  @Test
  void withoutAWordTheLoopsLookOnForTenMicroseconds() throws IOException {
    serve("{ listen: '127.0.0.1:0', admin: { listen: '127.0.0.1:0' } }");

    assertThat(asked).extracting(Asked::busyPoll).containsExactly(Duration.ofNanos(10_000));
  }

  private void serve(String yaml) throws IOException {
    Configuration configuration =
        ((ConfigurationFile.Loaded) ConfigurationFile.parse(Path.of("detour.yaml"), yaml))
            .configuration();
    ServerOptions options = ServerOptions.of(configuration, FixedRules.supply(RuleSet.empty()));
    Detour.start(options, recording(), InstantSource.system()).close();
  }
}
