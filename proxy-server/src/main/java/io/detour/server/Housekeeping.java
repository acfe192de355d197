package io.detour.server;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does now and then, on a thread of its own: no event loop waits for it. */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, work -> Thread.ofPlatform().daemon().name("housekeeping").unstarted(work));

  /** Does something again and again, for the first time after one interval. */
  void every(Duration interval, Runnable work) {
    thread.scheduleWithFixedDelay(
        () -> attempt(work), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A bug in one thing ends neither it nor the others. */
  private static void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("housekeeping failed", e);
    }
  }

  /** Does something soon. */
  void execute(Runnable work) {
    thread.execute(() -> attempt(work));
  }

  /** Begins nothing more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
