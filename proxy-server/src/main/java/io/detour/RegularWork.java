package io.detour;

import io.detour.ops.admin.Throughput;
import io.detour.ops.ledger.ObservedRules;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.files.FileWatch;
import io.detour.server.log.AccessLog;
import io.detour.server.log.AccessLog.TunnelProgress;
import io.detour.server.serve.OpenTunnels;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does now and then, on a thread of its own: no event loop waits for it. */
final class RegularWork implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RegularWork.class);

  private static final String FAILED = "regular work failed";

  private static final Duration FILE_CHECK = Duration.ofSeconds(10);
  private static final Duration ADDRESS_CHECK = Duration.ofSeconds(5);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** How often the ledger is told of tunnels that are open: their names are in use. */
  private static final Duration LEDGER_PROGRESS = Duration.ofMinutes(5);

  /** So many lines are written in a row; then others find room in the log's queue. */
  private static final int LINES_IN_A_ROW = 1000;

  private static final Duration PAUSE_BETWEEN = Duration.ofMillis(50);

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          work -> Thread.ofPlatform().daemon().name("housekeeping").unstarted(work),
          new ThreadPoolExecutor.DiscardPolicy()); // of what ends a visit behind a close

  void sample(Throughput throughput) {
    every(Throughput.INTERVAL, () -> throughput.sample(System.nanoTime()));
  }

  /** Has suppressed uses told that are not followed by others. */
  void sweep(AccessLog log) {
    every(MINUTE, log::sweep);
  }

  void report(OpenTunnels tunnels, AccessLog log, Duration period) {
    every(
        period,
        () ->
            logFailure(
                tunnels
                    .look(Integer.MAX_VALUE)
                    .thenAcceptAsync(open -> report(open, log), thread)));
  }

  private static void report(List<TunnelProgress> open, AccessLog log) {
    for (int i = 0; i < open.size(); i++) {
      if (i > 0 && i % LINES_IN_A_ROW == 0) {
        LockSupport.parkNanos(PAUSE_BETWEEN.toNanos());
      }
      log.progress(open.get(i));
    }
  }

  /** Has the ledger know which rules are still observed, and which tunnels are still open. */
  void account(ObservedRules observed, OpenTunnels tunnels) {
    every(MINUTE, observed::look);
    every(LEDGER_PROGRESS, () -> logFailure(tunnels.accountSoFar()));
  }

  /** Logs checks of files that hang. */
  void oversee(List<FileWatch> files) {
    every(FILE_CHECK, () -> files.forEach(FileWatch::complain));
  }

  /** Keeps up with the addresses that this machine gets and loses. */
  void refresh(OwnAddresses own) {
    every(ADDRESS_CHECK, own::refresh);
  }

  private void every(Duration interval, Runnable work) {
    thread.scheduleWithFixedDelay(
        () -> attempt(work), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void logFailure(CompletableFuture<Void> work) {
    var _ =
        work.whenComplete(
            (done, bug) -> {
              if (bug != null) {
                logger.error(FAILED, bug);
              }
            });
  }

  /** A bug in one thing ends neither it nor the others. */
  private static void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      logger.error(FAILED, e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
