package io.detour.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.server.account.RequestCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.log.FixedRelayStatistics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  private final RequestCounters requests = new RequestCounters(1);
  private final Throughput throughput =
      new Throughput(requests, new FixedRelayStatistics(), InstantSource.fixed(Instant.EPOCH));
  private final long start = System.nanoTime();

  @Test
  void aSampleIsTheAverageSinceTheOneBefore() {
    throughput.sample(start + seconds(1));
    for (int i = 0; i < 10; i++) {
      requests.loop(0).request(RequestKind.CONNECT, 200);
      requests.loop(0).request(RequestKind.FORWARD, 404);
    }
    requests.loop(0).legacyUse();
    throughput.sample(start + seconds(6));

    FixedRelayStatistics relay = new FixedRelayStatistics();
    assertThat(throughput.samples())
        .last()
        .isEqualTo(
            new Throughput.Sample(
                Instant.EPOCH,
                0,
                0,
                relay.openTunnels(RelayPath.COPY) + relay.openTunnels(RelayPath.SPLICE),
                4,
                0.2));
    assertThat(relay.relayedBytes(Direction.UPSTREAM, RelayPath.COPY)).isPositive();
  }

  @Test
  void twoSamplesOfOneMomentAreOne() {
    throughput.sample(start + seconds(1));
    throughput.sample(start + seconds(1));

    assertThat(throughput.samples()).hasSize(1);
  }

  @Test
  void theOldestSamplesGo() {
    for (int i = 1; i <= Throughput.MAX_SAMPLES + 5; i++) {
      requests.loop(0).request(RequestKind.CONNECT, 200);
      throughput.sample(start + seconds(i));
    }

    assertThat(throughput.samples()).hasSize(Throughput.MAX_SAMPLES);
  }

  private static long seconds(int count) {
    return TimeUnit.SECONDS.toNanos(count);
  }
}
