package io.detour.ops.ledger;

import io.detour.core.Printable;
import io.detour.ops.ledger.Ledger.Write;
import io.detour.ops.ledger.LedgerQueue.Batch;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of a ledger: writes batches and keeps house. What fails is tried again later. */
final class LedgerWriter implements Runnable {
  private static final Logger logger = LoggerFactory.getLogger(Ledger.class);

  private final LedgerOptions options;
  private final LedgerUrl place;
  private final LedgerDatabase database;
  private final InstantSource clock;
  private final Pace pace;
  private final LedgerQueue queue;
  private final Run run;
  private final CountDownLatch closing = new CountDownLatch(1);

  // The thread's own.
  private @Nullable LedgerConnection connection;
  private @Nullable Batch pending;
  private long batches;
  private int failures;

  /** Whether there is more to keep house than was done at the last attempt. */
  private boolean unfinished;

  private long nextHeartbeat = System.nanoTime();
  private long nextHousekeeping = System.nanoTime();
  private long nextCount = System.nanoTime();

  /** More rows than there can be, unless other Detours write too. */
  private long mostEntries = Long.MAX_VALUE;

  // Written by the thread, read by everybody.
  private volatile boolean up;
  private volatile long entries;
  private volatile long lastWriteSecond;
  private final AtomicLong successes = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong folded = new AtomicLong();

  /**
   * How often what is done.
   *
   * @param flush until uses are written
   * @param heartbeat until it is written that nothing was used
   * @param firstRetry after an attempt that failed; the time doubles with each
   * @param lastRetry the longest
   * @param housekeeping until old rows are looked for
   * @param counting until rows are counted, those of other Detours among them
   * @param close how long the last attempts may take
   */
  record Pace(
      Duration flush,
      Duration heartbeat,
      Duration firstRetry,
      Duration lastRetry,
      Duration housekeeping,
      Duration counting,
      Duration close) {
    static final Pace DEFAULT =
        new Pace(
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofMillis(250),
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(5));
  }

  LedgerWriter(LedgerOptions options, InstantSource clock, Pace pace, LedgerQueue queue) {
    this.options = options;
    this.place = options.url().resolved();
    this.database = LedgerDatabase.of(place);
    this.clock = clock;
    this.pace = pace;
    this.queue = queue;
    this.run = new Run(now(), queue.spans());
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  @Override
  public void run() {
    Duration wait = Duration.ZERO;
    boolean last = false;
    while (!last) {
      last = awaitTurn(wait);
      if (!last) {
        wait = !attempt() ? retryWait() : unfinished ? Duration.ZERO : pace.flush();
      }
    }
    writeTheRest();
    disconnect();
  }

  /** Waits; whether the ledger is to be closed. */
  private boolean awaitTurn(Duration wait) {
    try {
      return closing.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      return true;
    }
  }

  /** Makes the thread write what there is and end. */
  void close() {
    closing.countDown();
  }

  private Duration retryWait() {
    long factor = 1L << Math.min(failures - 1, 20);
    Duration wait = pace.firstRetry().multipliedBy(factor);
    return Collections.min(List.of(wait, pace.lastRetry()));
  }

  private void writeTheRest() {
    long deadline = System.nanoTime() + pace.close().toNanos();
    nextHeartbeat = System.nanoTime();
    while (!attempt() || pending != null || queue.size() > 0) {
      if (!hasNews()) {
        return; // only that nothing was used is not in the database
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        logger.error(
            "ledger {}: closed while it cannot be written, so what was used and which rules were"
                + " observed since the last write is lost ({} rows of uses)",
            place,
            queue.size());
        return;
      }
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, failures == 0 ? 0 : retryWait().toNanos()));
      } catch (InterruptedException _) {
        deadline = System.nanoTime();
      }
    }
    try {
      if (connection != null) {
        run.end(connection);
      }
    } catch (SQLException e) {
      logger.warn("ledger {}: {}", place, described(e));
    }
  }

  private boolean hasNews() {
    return queue.hasNews() || (pending != null && pending.hasNews());
  }

  /** Writes what there is to write; whether that was well. */
  private boolean attempt() {
    try {
      LedgerConnection open = connected();
      if (pending == null) {
        pending = take();
      }
      if (pending != null) {
        run.write(open, pending);
        wrote(pending);
        pending = null;
      }
      keepHouse(open);
      succeeded();
      return true;
    } catch (SQLException | RuntimeException | Error e) {
      failed(e);
      return false;
    }
  }

  private LedgerConnection connected() throws SQLException {
    if (connection != null && !database.isInPlace()) {
      LedgerConnection old = connection;
      connection = null;
      boolean isComplete = database.leave(old);
      logger.warn(
          "ledger {}: its file was moved or removed, so another one is begun; the one that was"
              + " moved has {} before",
          place,
          isComplete ? "all that was used" : "most of what was used");
    }
    if (connection == null) {
      connection = database.openForWriting();
      nextHeartbeat = System.nanoTime();
      nextCount = System.nanoTime();
    }
    return connection;
  }

  /** What is to be written now, or null if there is nothing and that was said lately. */
  private @Nullable Batch take() {
    Batch batch = queue.take(batches + 1, now());
    if (!batch.hasNews() && nextHeartbeat - System.nanoTime() > 0) {
      return null;
    }
    batches++;
    return batch;
  }

  private void wrote(Batch batch) {
    queue.written(batch);
    mostEntries = mostEntries == Long.MAX_VALUE ? mostEntries : mostEntries + batch.rows().size();
    successes.incrementAndGet();
    lastWriteSecond = now();
    nextHeartbeat = System.nanoTime() + pace.heartbeat().toNanos();
  }

  /** A little at a time, so that batches get in between. */
  private void keepHouse(LedgerConnection open) throws SQLException {
    long nanos = System.nanoTime();
    unfinished = false;
    Housekeeping tables = new Housekeeping(open);
    if (nextHousekeeping - nanos <= 0) {
      long retired = now() - options.retention().toSeconds();
      unfinished = tables.retire(retired);
      if (!unfinished) {
        tables.compactSpans(run.id(), now(), retired);
        nextHousekeeping = nanos + pace.housekeeping().toNanos();
      }
    }
    if (mostEntries > options.maxEntries() || nextCount - nanos <= 0) {
      long excess = tables.entries() - options.maxEntries();
      long requests = excess > 0 ? tables.fold(excess) : 0;
      folded.addAndGet(Math.max(0, requests));
      entries = tables.entries();
      mostEntries = entries;
      unfinished |= requests >= 0 && entries > options.maxEntries();
      nextCount = nanos + pace.counting().toNanos();
    }
  }

  private void succeeded() {
    if (failures > 0) {
      logger.info("ledger {}: written again, after {} attempts that failed", place, failures);
    }
    failures = 0;
    up = true;
  }

  private void failed(Throwable problem) {
    up = false;
    failures++;
    failed.incrementAndGet();
    if (failures == 1) {
      logger.warn(
          "ledger {}: cannot be written: {}; uses are kept in memory and it is tried again",
          place,
          described(problem));
    }
    logger.debug("ledger: attempt {} failed", failures, problem);
    disconnect();
  }

  private String described(Throwable problem) {
    return Printable.escaped(database.masked(LedgerDatabase.firstLine(problem)));
  }

  private void disconnect() {
    LedgerConnection old = connection;
    connection = null;
    if (old != null) {
      try {
        old.close();
      } catch (SQLException e) {
        logger.debug("ledger: closing a connection failed", e);
      }
    }
  }

  boolean isUp() {
    return up;
  }

  long entries() {
    return entries;
  }

  long lastWriteSecond() {
    return lastWriteSecond;
  }

  long writes(Write how) {
    return how == Write.SUCCESS ? successes.get() : failed.get();
  }

  /** Requests whose rows were folded in the database. */
  long folded() {
    return folded.get();
  }
}
