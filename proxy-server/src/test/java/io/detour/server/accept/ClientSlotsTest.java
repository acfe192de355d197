package io.detour.server.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Address;
import io.detour.server.account.ClientLimit;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientSlotsTest {
  private static final Address ONE = address("192.0.2.1");
  private static final Address OTHER = address("192.0.2.2");

  @Test
  void aSlotThatWasTakenBeforeItsClientWasKnownIsCountedForIt() {
    ClientSlots slots = new ClientSlots(new ClientLimits(2, 1));
    assertThat(slots.take(null)).isNull();
    assertThat(slots.takeOfClient(ONE)).isNull();
    assertThat(slots.take(ONE)).isEqualTo(ClientLimit.TUNNELS_PER_CLIENT);

    slots.releaseOfClient(ONE);
    slots.release(null);

    assertThat(slots.taken()).isZero();
    assertThat(slots.addresses()).isZero();
  }

  @Test
  @DisplayName("L04 exactly N slots for one client, and others have theirs")
  void oneClientHasItsSlots() {
    ClientSlots slots = new ClientSlots(new ClientLimits(10, 2));
    assertThat(slots.take(ONE)).isNull();
    assertThat(slots.take(address("::ffff:192.0.2.1"))).isNull();
    assertThat(slots.take(ONE)).isEqualTo(ClientLimit.TUNNELS_PER_CLIENT);
    assertThat(slots.take(OTHER)).isNull();

    slots.release(ONE);

    assertThat(slots.take(ONE)).isNull();
    assertThat(slots.take(ONE)).isEqualTo(ClientLimit.TUNNELS_PER_CLIENT);
  }

  @Test
  @DisplayName("L05 exactly N slots in all; clients without an address count in all only")
  void allClientsHaveTheirSlots() {
    ClientSlots slots = new ClientSlots(new ClientLimits(3, 1));
    assertThat(slots.take(null)).isNull();
    assertThat(slots.take(null)).isNull();
    assertThat(slots.take(ONE)).isNull();
    assertThat(slots.take(OTHER)).isEqualTo(ClientLimit.TUNNELS);
    assertThat(slots.take(ONE)).isEqualTo(ClientLimit.TUNNELS_PER_CLIENT);

    slots.release(ONE);

    assertThat(slots.addresses()).isZero();
    assertThat(slots.take(OTHER)).isNull();
  }

  @Test
  @DisplayName("L05 the counts are exact after 10^5 random ends on four threads")
  void theCountsAreExactAfterManyRandomEnds() throws Exception {
    int limit = 40;
    int perClient = 15;
    ClientSlots slots = new ClientSlots(new ClientLimits(limit, perClient));
    AtomicInteger ends = new AtomicInteger();
    List<Callable<Void>> loops = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      loops.add(() -> churn(slots, random, ends, limit));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(loops.size())) {
      for (Future<Void> loop : threads.invokeAll(loops)) {
        loop.get();
      }
    }

    assertThat(ends).hasValueGreaterThan(100_000);
    assertThat(slots.taken()).isZero();
    assertThat(slots.addresses()).isZero();
    for (int i = 0; i < perClient; i++) {
      assertThat(slots.take(ONE)).isNull();
    }
    assertThat(slots.take(ONE)).isEqualTo(ClientLimit.TUNNELS_PER_CLIENT);
  }

  /** Takes and gives back slots of four clients in random order; in the end it has none. */
  private static Void churn(ClientSlots slots, Random random, AtomicInteger ends, int limit) {
    Deque<Address> held = new ArrayDeque<>();
    for (int i = 0; i < 100_000 || !held.isEmpty(); i++) {
      Address client = address("192.0.2." + random.nextInt(1, 5));
      if (i < 100_000 && random.nextBoolean() && slots.take(client) == null) {
        held.add(client);
        assertThat(slots.taken()).isLessThanOrEqualTo(limit);
      } else if (!held.isEmpty()) {
        slots.release(random.nextBoolean() ? held.pollFirst() : held.pollLast());
        ends.incrementAndGet();
      }
    }
    return null;
  }

  @Test
  void onlySoManyAreTold() {
    ClientSlots slots = new ClientSlots(new ClientLimits(8, 8));
    for (int i = 0; i < 16; i++) {
      assertThat(slots.refusalBegins()).isTrue();
    }
    assertThat(slots.refusalBegins()).isFalse();

    slots.refusalEnds();

    assertThat(slots.refusalBegins()).isTrue();
  }

  private static Address address(String text) {
    return Address.of(InetAddress.ofLiteral(text));
  }
}
