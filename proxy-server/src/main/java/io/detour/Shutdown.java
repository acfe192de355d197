package io.detour;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of a server that have been made so far, one step after the other, on threads of
 * its own.
 */
final class Shutdown {
  /** What a stop closes, in this order. */
  enum Step {
    ACCEPT,
    ADMIN,
    ACCESS,
    RELOADER,
    REGULAR_WORK,
    PAGES,
    PAC,
    CERTIFICATE_WATCH,
    TUNNELS,
    PLAIN_HTTP,
    ACCESS_LOG,
    DIALER,
    METRICS,
    EVENT_LOOPS,
    /** The last tunnels have told their bytes by now. */
    LEDGER
  }

  private static final Logger logger = LoggerFactory.getLogger(Shutdown.class);

  /** The most that a step may take: the loops, the longest but the ledger, end within 5 s. */
  private static final Duration STEP_LIMIT = Duration.ofSeconds(6);

  /** What each step may take at least, as a part of the limit of all. */
  private static final int LEAST_PART = 100;

  /**
   * The first are there from the beginning: when the start fails for want of threads, they are
   * needed. One that hangs in a step is left behind.
   */
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          2,
          Step.values().length + 1,
          0,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> Thread.ofPlatform().daemon().name("stop").unstarted(work));

  private final Consumer<Step> added;
  private final Map<Step, Runnable> steps = new EnumMap<>(Step.class);
  private final AtomicBoolean begun = new AtomicBoolean();

  Shutdown() {
    this(step -> {});
  }

  /** Tells a test which part was just added, so that it can make the start fail there. */
  Shutdown(Consumer<Step> added) {
    this.added = added;
    threads.prestartAllCoreThreads();
  }

  /** Registers a part, and returns it. For the thread that makes the server. */
  <T> T add(Step step, T part, Consumer<T> close) {
    if (steps.put(step, () -> close.accept(part)) != null) {
      throw new IllegalStateException("a second part for " + step);
    }
    added.accept(step);
    return part;
  }

  /**
   * Closes all, also behind one that fails or hangs, and waits for that at most so long: what takes
   * longer is left to the end of the process. Half of the time is the last step's. A second call
   * does nothing. Any thread.
   */
  void run(Duration limit) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    long start = System.nanoTime();
    boolean interrupted = false;
    for (Map.Entry<Step, Runnable> step : steps.entrySet()) {
      long left = limit.toNanos() - (System.nanoTime() - start);
      try {
        close(step.getKey(), step.getValue(), allowance(step.getKey(), left, limit.toNanos()));
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    threads.shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static long allowance(Step step, long leftNanos, long limitNanos) {
    return step == Step.LEDGER
        ? leftNanos
        : Math.max(
            Math.min(leftNanos - limitNanos / 2, STEP_LIMIT.toNanos()), limitNanos / LEAST_PART);
  }

  private void close(Step step, Runnable part, long nanos) throws InterruptedException {
    try {
      threads.submit(part).get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      logger.warn("stop: {} is not closed yet, and not waited for any longer", step);
    } catch (ExecutionException e) {
      logger.error("stop: {} failed", step, e.getCause());
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      logger.error("stop: {} is not closed", step, e);
    }
  }
}
