package io.detour.server.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweepTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Sweep sweep =
      new Sweep(channel.eventLoop(), Duration.ofHours(1), Duration.ofMillis(800));

  private final Sweep.Patience patience = new Sweep.Patience(Duration.ofNanos(100));

  SweepTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void pass(int millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  /** Counts its visits. */
  private static class Visited implements Sweep.Swept {
    private final List<Throwable> bugs = new ArrayList<>();
    private int visits;
    private int stops;

    @Override
    public void sweep(long nanoTime) {
      visits++;
    }

    @Override
    public void stopped() {
      stops++;
    }

    @Override
    public void failed(Throwable bug) {
      bugs.add(bug);
    }
  }

  @Test
  void itVisitsEightTimesInTheShortestTimeout() {
    Visited one = new Visited();
    sweep.add(one);

    pass(99);
    assertThat(one.visits).isZero();
    for (int i = 1; i <= 8; i++) {
      pass(100);
      assertThat(one.visits).isEqualTo(i);
    }
  }

  @Test
  void nothingRunsWhileThereIsNobody() {
    Visited one = new Visited();
    sweep.add(one);
    pass(100);
    sweep.remove(one);
    pass(100);
    assertThat(channel.runScheduledPendingTasks()).as("no task is left").isEqualTo(-1);

    sweep.add(one);
    pass(100);
    assertThat(one.visits).isEqualTo(2);
  }

  @Test
  void aBugCostsOneConnectionItsTimeoutsAlone() {
    IllegalStateException bug = new IllegalStateException("a bug");
    Visited broken =
        new Visited() {
          @Override
          public void sweep(long nanoTime) {
            super.sweep(nanoTime);
            throw bug;
          }
        };
    Visited other = new Visited();
    sweep.add(broken);
    sweep.add(other);
    pass(100);
    pass(100);

    assertThat(broken.bugs).containsExactly(bug);
    assertThat(other.visits).isEqualTo(2);
    assertThat(other.bugs).isEmpty();
  }

  @Test
  void evenAFailureToFailKeepsTheTimeoutsOfOthers() {
    Visited other = new Visited();
    sweep.add(
        new Visited() {
          @Override
          public void sweep(long nanoTime) {
            throw new IllegalStateException("a bug");
          }

          @Override
          public void failed(Throwable bug) {
            throw new IllegalStateException("another", bug);
          }
        });
    sweep.add(other);
    pass(100);
    pass(100);

    assertThat(other.visits).isPositive();
  }

  @Test
  void oneMayLeaveDuringAVisit() {
    Visited last = new Visited();
    sweep.add(
        new Visited() {
          @Override
          public void sweep(long nanoTime) {
            sweep.remove(this);
            sweep.remove(last);
          }
        });
    sweep.add(last);
    pass(100);
    pass(100);

    assertThat(last.visits).isLessThanOrEqualTo(1);
  }

  @Test
  void aStopReachesAllOfThemInSpiteOfABug() {
    Visited broken =
        new Visited() {
          @Override
          public void stopped() {
            throw new IllegalStateException("a bug");
          }
        };
    Visited other = new Visited();
    sweep.add(broken);
    sweep.add(other);

    sweep.stop();

    assertThat(broken.bugs).hasSize(1);
    assertThat(other.stops).isOne();
  }

  @Test
  void patienceBeginsWithTheFirstVisit() {
    assertThat(patience.isOver(1000)).isFalse();
    assertThat(patience.isOver(1100)).isFalse();
    assertThat(patience.isOver(1101)).isTrue();
    assertThat(patience.isOver(1102)).isTrue();
  }

  @Test
  void patienceBeginsAnewWhenRenewed() {
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
