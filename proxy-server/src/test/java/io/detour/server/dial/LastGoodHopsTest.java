package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.rules.Hop;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LastGoodHopsTest {
  private static final long KEPT = LastGoodHops.KEPT.toNanos();

  private final LastGoodHops lastGood = new LastGoodHops();

  @Test
  void aWalkBeginsWithTheFirstHopIfNothingIsKnown() {
    assertThat(lastGood.first(hops("a"), 0)).isZero();
  }

  @Test
  void aWalkBeginsWithTheHopThatWorked() {
    lastGood.connected(hops("a"), 2, 0);

    assertThat(lastGood.first(hops("a"), KEPT - 1)).isEqualTo(2);
    assertThat(lastGood.first(hops("b"), KEPT - 1)).isZero();
  }

  @Test
  void whenTheTimeIsOverOneWalkTriesTheFirstHopAgain() {
    lastGood.connected(hops("a"), 2, 0);

    assertThat(lastGood.first(hops("a"), KEPT)).isZero();
    assertThat(lastGood.first(hops("a"), KEPT)).isEqualTo(2);
    assertThat(lastGood.first(hops("a"), 2 * KEPT)).isZero();
  }

  @Test
  void whatNobodyAskedForInTheMeantimeIsForgotten() {
    lastGood.connected(hops("a"), 2, 0);

    assertThat(lastGood.first(hops("a"), 2 * KEPT)).isZero();
    assertThat(lastGood.first(hops("a"), 2 * KEPT)).isZero();
    assertThat(lastGood.size()).isZero();
  }

  @Test
  void theFirstHopThatWorksAgainEndsTheMemory() {
    lastGood.connected(hops("a"), 2, 0);

    lastGood.connected(hops("a"), 0, 1);

    assertThat(lastGood.first(hops("a"), 1)).isZero();
  }

  @Test
  void aHopThatFailedIsNotRememberedAnyMore() {
    lastGood.connected(hops("a"), 2, 0);

    lastGood.failed(hops("a"));

    assertThat(lastGood.first(hops("a"), 1)).isZero();
  }

  @Test
  void timeMayBeNegativeAndWrap() {
    lastGood.connected(hops("a"), 2, Long.MAX_VALUE);

    assertThat(lastGood.first(hops("a"), Long.MIN_VALUE)).isEqualTo(2);
    assertThat(lastGood.first(hops("a"), Long.MAX_VALUE + KEPT)).isZero();
  }

  @Test
  void theOldestOfTooManyGoes() {
    for (int i = 0; i < LastGoodHops.MAX_ROUTES; i++) {
      lastGood.connected(hops("h" + i), 1, i);
    }
    lastGood.connected(hops("h0"), 2, LastGoodHops.MAX_ROUTES);

    lastGood.connected(hops("one-more"), 1, LastGoodHops.MAX_ROUTES);

    assertThat(lastGood.size()).isEqualTo(LastGoodHops.MAX_ROUTES);
    assertThat(lastGood.first(hops("h1"), 1)).isZero();
    assertThat(lastGood.first(hops("h0"), 1)).isEqualTo(2);
    assertThat(lastGood.first(hops("h2"), 1)).isEqualTo(1);
    assertThat(lastGood.first(hops("one-more"), 1)).isEqualTo(1);
  }

  private static List<Hop> hops(String name) {
    return List.of(hop(0, name), hop(1, name + "-1"), hop(2, name + "-2"));
  }

  private static Hop hop(int target, String name) {
    return hop(target, DialFixture.target(name + ".test", 443), null);
  }

  private static Hop hop(int target, HostPort address, @Nullable String via) {
    return new Hop(target, address, via, Set.of());
  }
}
