package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rules that are what a test says, at the speed that it says. */
public final class ScriptedLoader implements RuleLoader {
  private static final int DEADLINE_SECONDS = 10;

  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile @Nullable RuleReview next = RuleReview.Accepted.of(parsed(rejecting()));
  private volatile @Nullable Error broken;
  private volatile Fingerprint look = Fingerprint.NONE;
  private volatile Fingerprint lastRead = Fingerprint.NONE;

  /** From now on rules with these names are read. */
  public void accept(String... names) {
    next = RuleReview.Accepted.of(parsed(rejecting(names)));
  }

  /** From now on this many problems are read. */
  public void refuse(int problems) {
    next =
        new RuleReview.Unreadable(
            IntStream.rangeClosed(1, problems)
                .mapToObj(line -> new Problem("rules.yaml", line, 5, "line " + line + " is wrong"))
                .toList());
  }

  /** From now on reading fails as no file can make it fail. */
  void fail() {
    next = null;
  }

  /** From now on neither reading nor looking works, as in a JVM that lacks something. */
  void breakDown() {
    broken = new NoClassDefFoundError("as the test wants it");
  }

  /** From now on the files look like this. */
  void look(Fingerprint now) {
    broken = null;
    look = now;
  }

  private void requireWhole() {
    Error error = broken;
    if (error != null) {
      throw error;
    }
  }

  /** From now on reading takes until the {@link CountDownLatch#countDown} of the answer. */
  public CountDownLatch hold() {
    CountDownLatch held = new CountDownLatch(1);
    gate = held;
    begun.drainPermits();
    return held;
  }

  /** Waits until a reading has begun that has not been waited for. */
  public void awaitBegun() throws InterruptedException {
    assertThat(begun.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  /** How many times the rules were read. */
  public int reads() {
    return reads.get();
  }

  /** How many times the files were looked at. */
  int looks() {
    return looks.get();
  }

  @Override
  public RuleReview read() {
    Fingerprint seen = look;
    reads.incrementAndGet();
    begun.release();
    try {
      assertThat(gate.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    requireWhole();
    lastRead = seen;
    RuleReview reading = next;
    if (reading == null) {
      throw new IllegalStateException("as the test wants it");
    }
    return reading;
  }

  @Override
  public Fingerprint lastRead() {
    return lastRead;
  }

  @Override
  public Fingerprint look() {
    looks.incrementAndGet();
    requireWhole();
    return look;
  }
}
