package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.cli.Signals.StopRequests;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalsTest {
  @DisplayName("X03 a request to stop that comes again within half a second is the same one")
  @ParameterizedTest
  @CsvSource({
    "0, REPEATED",
    "1, REPEATED",
    "499, REPEATED",
    "500, SECOND",
    "501, SECOND",
    "86400000, SECOND"
  })
  void aRepetitionIsNoSecondRequest(long millis, StopRequests.Request expected) {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
    StopRequests requests = new StopRequests(nanos::get);

    assertThat(requests.next()).isEqualTo(StopRequests.Request.FIRST);
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
    assertThat(requests.next()).isEqualTo(expected);
  }

  @DisplayName("X03 many repetitions do not put the second request off")
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 40})
  void repetitionsDoNotPutTheSecondOff(int times) {
    AtomicLong nanos = new AtomicLong();
    StopRequests requests = new StopRequests(nanos::get);
    requests.next();
    long step = Duration.ofMillis(400).toNanos() / times;
    for (int i = 0; i < times; i++) {
      nanos.addAndGet(step);
      assertThat(requests.next()).isEqualTo(StopRequests.Request.REPEATED);
    }
    nanos.set(Duration.ofMillis(500).toNanos());
    assertThat(requests.next()).isEqualTo(StopRequests.Request.SECOND);
  }
}
