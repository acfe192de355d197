package io.detour.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When an event loop looks on, and when it goes to sleep. */
class PollStrategyTest {
  /** As long as no test takes, so that looking ends only when something is found. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Deque<Integer> found = new ArrayDeque<>();
  private int looks;

  private int look() {
    looks++;
    return found.isEmpty() ? 0 : found.poll();
  }

  @Test
  void eventsThatAreThereAreHandledAtOnce() throws Exception {
    found.add(7);

    assertThat(new PollStrategy(LONG, true).calculateStrategy(this::look, false)).isEqualTo(7);
    assertThat(looks).isEqualTo(1);
  }

  @Test
  void looksOnForEventsBeforeItSleeps() throws Exception {
    found.addAll(List.of(0, 0, 0, 1));

    assertThat(new PollStrategy(LONG, true).calculateStrategy(this::look, false)).isEqualTo(1);
    assertThat(looks).isEqualTo(4);
  }

  @Test
  void sleepsWhenNothingComesInTime() throws Exception {
    PollStrategy strategy = new PollStrategy(Duration.ofNanos(1000), true);

    assertThat(strategy.calculateStrategy(this::look, false)).isEqualTo(SelectStrategy.SELECT);
    assertThat(looks).isGreaterThanOrEqualTo(2);
  }

  @Test
  void doesNotLookOnAfterManyEvents() throws Exception {
    PollStrategy strategy = new PollStrategy(LONG, true);
    found.add(30);
    assertThat(strategy.calculateStrategy(this::look, false)).isEqualTo(30);

    assertThat(strategy.calculateStrategy(this::look, false)).isEqualTo(SelectStrategy.SELECT);
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void doesNotLookOnWhenItIsSwitchedOff() throws Exception {
    PollStrategy strategy = new PollStrategy(Duration.ZERO, false);

    assertThat(strategy.calculateStrategy(this::look, false)).isEqualTo(SelectStrategy.SELECT);
    assertThat(looks).isEqualTo(1);
  }

  @Test
  void neitherLooksOnNorSleepsWhenTasksWait() throws Exception {
    assertThat(new PollStrategy(LONG, true).calculateStrategy(this::look, true)).isZero();
    assertThat(looks).isEqualTo(1);
  }
}
