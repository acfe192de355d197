package io.detour.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When an event loop looks on, goes to sleep, and gives way. */
class PollStrategyTest {
  /** As long as no test takes, so that looking ends only when something is found. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Deque<Integer> found = new ArrayDeque<>();
  private int looks;
  private long nowNanos = 1;
  private int gaveWay;

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

  @Test
  void aLoopThatNeverSleepsGivesWayOncePerHalfMillisecond() throws Exception {
    PollStrategy strategy = loop(true);

    for (int turn = 0; turn < 100; turn++) { // 5 ms
      nowNanos += 50_000;
      found.add(1);
      strategy.calculateStrategy(this::look, false);
    }

    // After more than half a millisecond, which at this step is the eleventh turn.
    assertThat(gaveWay).isEqualTo(9);
  }

  @Test
  void tasksAloneMakeItGiveWayToo() throws Exception {
    PollStrategy strategy = loop(true);

    strategy.calculateStrategy(this::look, true);
    nowNanos += 500_001;
    strategy.calculateStrategy(this::look, true);

    assertThat(gaveWay).isEqualTo(1);
  }

  @Test
  void aLoopThatHasSleptDoesNotGiveWay() throws Exception {
    PollStrategy strategy = loop(true);

    for (int turn = 0; turn < 100; turn++) {
      found.add(1);
      strategy.calculateStrategy(this::look, false);
      nowNanos += 400_000;
      assertThat(strategy.calculateStrategy(this::look, false)).isEqualTo(SelectStrategy.SELECT);
      nowNanos += 400_000;
    }

    assertThat(gaveWay).isZero();
  }

  @Test
  void aLoopThatIsAloneDoesNotGiveWay() throws Exception {
    PollStrategy strategy = loop(false);

    for (int turn = 0; turn < 100; turn++) {
      nowNanos += 400_000;
      found.add(1);
      strategy.calculateStrategy(this::look, false);
    }

    assertThat(gaveWay).isZero();
  }

  private PollStrategy loop(boolean givesWay) {
    return new PollStrategy(Duration.ZERO, givesWay, () -> nowNanos, () -> gaveWay++);
  }
}
