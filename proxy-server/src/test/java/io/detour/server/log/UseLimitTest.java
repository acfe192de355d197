package io.detour.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.log.UseLimit.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UseLimitTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final UseLimit limit = new UseLimit(2);

  @Test
  void theNextMinuteTellsHowManyWereSuppressed() {
    assertThat(limit.admit("erp", "a", Outcome.SERVED, 0)).isZero();
    assertThat(limit.admit("erp", "a", Outcome.SERVED, 1)).isZero();
    assertThat(limit.admit("erp", "a", Outcome.SERVED, 2)).isEqualTo(-1);
    assertThat(limit.admit("erp", "a", Outcome.SERVED, MINUTE - 1)).isEqualTo(-1);
    assertThat(limit.admit("erp", "a", Outcome.SERVED, MINUTE)).isEqualTo(2);
    assertThat(limit.admit("erp", "a", Outcome.SERVED, MINUTE)).isZero();
    assertThat(limit.admit("erp", "a", Outcome.SERVED, MINUTE)).isEqualTo(-1);
  }

  @Test
  void rulesAndClientsAreCountedApart() {
    for (String[] pair : new String[][] {{"erp", "a"}, {"erp", "b"}, {"wiki", "a"}}) {
      assertThat(limit.admit(pair[0], pair[1], Outcome.SERVED, 0)).isZero();
      assertThat(limit.admit(pair[0], pair[1], Outcome.SERVED, 0)).isZero();
      assertThat(limit.admit(pair[0], pair[1], Outcome.SERVED, 0)).isEqualTo(-1);
    }
  }

  @Test
  void usesThatGoWellHideNoneThatFail() {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      limit.admit("erp", "a", Outcome.SERVED, 0);
    }
    assertThat(limit.admit("erp", "a", Outcome.FAILED, 0)).isZero();
    assertThat(limit.admit("erp", "a", Outcome.FAILED, 0)).isZero();
    assertThat(limit.admit("erp", "a", Outcome.FAILED, 0)).isEqualTo(-1);
    assertThat(limit.admit("erp", "a", Outcome.FAILED, MINUTE)).as("its own").isEqualTo(1);

    limit.sweep(MINUTE, (key, suppressed) -> left.add(key.outcome() + " " + suppressed));
    assertThat(left).containsExactly("SERVED 8");
  }

  @Test
  void whatIsNotUsedAnyMoreIsToldOnceAndForgotten() {
    for (int i = 0; i < 5; i++) {
      limit.admit("erp", "a", Outcome.SERVED, 0);
    }
    limit.admit("erp", "quiet", Outcome.SERVED, 0);
    List<String> left = new ArrayList<>();

    limit.sweep(MINUTE - 1, (key, suppressed) -> left.add("early"));
    limit.sweep(MINUTE, (key, suppressed) -> left.add(key.client() + " " + suppressed));
    limit.sweep(2 * MINUTE, (key, suppressed) -> left.add("late"));

    assertThat(left).containsExactly("a 3");
    assertThat(limit.admit("erp", "a", Outcome.SERVED, MINUTE)).isZero();
  }

  @Test
  void moreClientsThanAreCountedShareACount() {
    for (int i = 0; i < UseLimit.MAX_COUNTED; i++) {
      assertThat(limit.admit("erp", "client" + i, Outcome.SERVED, 0)).isZero();
    }
    assertThat(limit.admit("erp", "late1", Outcome.SERVED, 0)).isZero();
    assertThat(limit.admit("erp", "late2", Outcome.SERVED, 0)).isZero();
    assertThat(limit.admit("erp", "late3", Outcome.SERVED, 0)).isEqualTo(-1);
    assertThat(limit.admit("erp", "client0", Outcome.SERVED, 0))
        .as("who was counted before still is")
        .isZero();
  }

  @Test
  void everyUseOfManyThreadsIsAdmittedOrCounted() throws InterruptedException {
    int threads = 4;
    int uses = 20_000;
    AtomicLong told = new AtomicLong();
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; i < uses; i++) {
                  long suppressed =
                      limit.admit("erp", "a", Outcome.SERVED, (long) i * MINUTE / 100);
                  told.addAndGet(suppressed < 0 ? 0 : 1 + suppressed);
                }
                done.countDown();
              });
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    limit.sweep(Long.MAX_VALUE, (key, suppressed) -> told.addAndGet(suppressed));

    assertThat(told).hasValue((long) threads * uses);
  }
}
