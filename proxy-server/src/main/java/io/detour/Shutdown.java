package io.detour;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of a server that have been made so far, each in its step, on a thread of its
 * own.
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

  /** There from the beginning: when the start fails for want of threads, this one is needed. */
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          work -> Thread.ofPlatform().daemon().name("stop").unstarted(work));

  private final Consumer<Step> added;
  private final Map<Step, Runnable> steps = new EnumMap<>(Step.class);
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile Step closing = Step.ACCEPT;

  Shutdown() {
    this(step -> {});
  }

  /** Tells a test which part was just added, so that it can make the start fail there. */
  Shutdown(Consumer<Step> added) {
    this.added = added;
    thread.prestartAllCoreThreads();
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
   * Closes all, also behind one that fails, and waits for that at most so long: what takes longer
   * is left to the end of the process. A second call does nothing. Any thread.
   */
  void run(Duration limit) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    thread.execute(this::closeAll);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        logger.warn("stop: {} is not closed yet, and not waited for any longer", closing);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    steps.forEach(this::close);
  }

  private void close(Step step, Runnable part) {
    closing = step;
    try {
      part.run();
    } catch (RuntimeException | Error e) {
      logger.error("stop: {} failed", step, e);
    }
  }
}
