package io.detour.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.status.ProxyErrorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestCountersTest {
  private static final int LOOPS = 3;

  private final RequestCounters counters = new RequestCounters(LOOPS);

  private long requests(RequestKind kind, int status) {
    return counters.requestsInSlot(kind, kind.slot(status));
  }

  @Test
  void sumsGoOverAllLoops() {
    for (int loop = 0; loop < LOOPS; loop++) {
      counters.loop(loop).request(RequestKind.CONNECT, 200);
      counters.loop(loop).requestError(ProxyErrorType.DNS_ERROR);
    }
    counters.loop(1).request(RequestKind.CONNECT, 200);

    assertThat(requests(RequestKind.CONNECT, 200)).isEqualTo(4);
    assertThat(counters.requestErrors(ProxyErrorType.DNS_ERROR)).isEqualTo(3);
  }

  @Test
  void kindsAndStatusesAreCountedApart() {
    LoopCounters loop = counters.loop(0);
    loop.request(RequestKind.CONNECT, 502);
    loop.request(RequestKind.FORWARD, 502);
    loop.request(RequestKind.FORWARD, 404);

    assertThat(requests(RequestKind.CONNECT, 502)).isEqualTo(1);
    assertThat(requests(RequestKind.FORWARD, 502)).isEqualTo(1);
    assertThat(requests(RequestKind.FORWARD, 404)).isEqualTo(1);
    assertThat(requests(RequestKind.CONNECT, 400)).isZero();
  }

  @Test
  void statusesThatNobodyPlannedShareOneCount() {
    LoopCounters loop = counters.loop(0);
    for (int status : new int[] {-1, 0, 99, 299, 599, 600, Integer.MAX_VALUE}) {
      loop.request(RequestKind.FORWARD, status);
    }

    assertThat(requests(RequestKind.FORWARD, 299)).isEqualTo(7);
    assertThat(RequestKind.FORWARD.code(RequestKind.FORWARD.slot(299))).isEqualTo("other");
  }

  @Test
  void everyStatusOfAKindHasItsOwnCode() {
    for (RequestKind kind : RequestKind.values()) {
      for (int slot = 0; slot < kind.slotCount() - 1; slot++) {
        assertThat(kind.slot(Integer.parseInt(kind.code(slot)))).isEqualTo(slot);
      }
    }
  }

  @Test
  void noCountIsLostWhileEveryLoopCountsAndSomebodyReads() throws InterruptedException {
    int increments = 200_000;
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < LOOPS; i++) {
      LoopCounters loop = counters.loop(i);
      writers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < increments; n++) {
                      loop.request(RequestKind.CONNECT, 200);
                    }
                  }));
    }
    long seen = 0;
    while (writers.stream().anyMatch(Thread::isAlive)) {
      long now = requests(RequestKind.CONNECT, 200);
      assertThat(now).isGreaterThanOrEqualTo(seen);
      seen = now;
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(requests(RequestKind.CONNECT, 200)).isEqualTo((long) LOOPS * increments);
  }
}
