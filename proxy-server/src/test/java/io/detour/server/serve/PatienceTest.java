package io.detour.server.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private final Patience patience = new Patience(Duration.ofNanos(100));

  @Test
  void itBeginsWithTheFirstVisit() {
    assertThat(patience.isOver(1000)).isFalse();
    assertThat(patience.isOver(1100)).isFalse();
    assertThat(patience.isOver(1101)).isTrue();
    assertThat(patience.isOver(1102)).isTrue();
  }

  @Test
  void itBeginsAnewWhenRenewed() {
    assertThat(patience.isOver(1000)).isFalse();
    patience.renew();
    assertThat(patience.isOver(1101)).isFalse();
    assertThat(patience.isOver(1202)).isTrue();
  }

  @Test
  void theClockMayOverflow() {
    assertThat(patience.isOver(Long.MAX_VALUE - 50)).isFalse();
    assertThat(patience.isOver(Long.MIN_VALUE + 49)).isFalse();
    assertThat(patience.isOver(Long.MIN_VALUE + 50)).isTrue();
  }
}
