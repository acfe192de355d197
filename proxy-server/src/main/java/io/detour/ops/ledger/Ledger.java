package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.LedgerWriter.Pace;
import io.detour.server.account.UseJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who uses which legacy name, reported by event loops and written by a thread of its own.
 *
 * <p>{@link #used} and {@link #relayed} may be called by any thread: they look a row up in memory
 * and add to it, under a lock that is held for nothing else. A database that is slow, locked or
 * gone delays nobody; what was used meanwhile is kept within a bound.
 */
public final class Ledger implements AutoCloseable, UseJournal {
  private static final Logger logger = LoggerFactory.getLogger(Ledger.class);

  /** Rows in memory. */
  static final int MAX_PENDING = 100_000;

  /** How long a close waits beyond the time that the last attempts have: for drivers. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LedgerOptions options;
  private final InstantSource clock;
  private final Pace pace;
  private final LedgerQueue queue;

  /** Null if there is no ledger. */
  private final @Nullable LedgerWriter writer;

  private final @Nullable Thread thread;

  /** How an attempt to write ended. */
  public enum Write {
    SUCCESS,
    FAILURE
  }

  /** Where uses lost their host and client to the folded row of their rule or legacy suffix. */
  public enum Folded {
    /** In memory, for want of room. */
    QUEUE,
    /** In the database, which had more rows than it may. */
    TABLE
  }

  Ledger(LedgerOptions options, InstantSource clock, Pace pace, int mostPending) {
    this.options = options;
    this.clock = clock;
    this.pace = pace;
    queue = new LedgerQueue(mostPending);
    if (options.url() instanceof LedgerUrl.Off) {
      writer = null;
      thread = null;
    } else {
      writer = new LedgerWriter(options, clock, pace, queue);
      thread = Thread.ofPlatform().name("ledger").daemon().start(writer);
    }
  }

  /**
   * Begins. The database is opened later, on the ledger's thread; if it cannot be, that is logged
   * and tried again.
   *
   * @param clock the time of day
   */
  public static Ledger open(LedgerOptions options, InstantSource clock) {
    return new Ledger(options, clock, Pace.DEFAULT, MAX_PENDING);
  }

  /** No ledger. */
  public static Ledger off() {
    return open(LedgerOptions.off(), InstantSource.system());
  }

  /** Whether there is one. */
  public boolean isOn() {
    return writer != null;
  }

  @Override
  public void used(UseJournal.Use use) {
    if (writer != null) {
      queue.add(use);
    }
  }

  @Override
  public void relayed(
      String group, String host, String client, long upstreamBytes, long downstreamBytes) {
    if (writer != null) {
      long now = clock.instant().getEpochSecond();
      queue.add(group, host, client, upstreamBytes, downstreamBytes, now);
    }
  }

  /** These rules, which may decide a request, and no others observe from now on. Any thread. */
  public void rulesInForce(List<String> names) {
    if (writer != null) {
      queue.spans().replace(names, clock.instant().getEpochSecond());
    }
  }

  /** Keeps the last check of a target's certificate. Any thread; does not wait. */
  public void certificate(CertificateFinding check) {
    if (writer != null) {
      queue.add(check);
    }
  }

  /**
   * Opens it for reading. Blocks on the database: not for an event loop.
   *
   * @throws SQLException if that fails; {@link #problem} says why
   */
  public LedgerReading read() throws SQLException {
    return LedgerReading.open(options.url());
  }

  /** Why it cannot be read, on one line and without secrets. */
  public String problem(SQLException problem) {
    return LedgerReading.problem(options.url(), problem);
  }

  /**
   * Writes what is left and ends. Takes a moment, and some seconds if the database cannot be
   * written. To be called when nobody uses the ledger any more.
   */
  @Override
  public void close() {
    if (writer == null || thread == null) {
      return;
    }
    writer.close();
    try {
      if (!thread.join(pace.close().plus(PATIENCE))) {
        logger.error(
            "ledger {}: still waiting for the database on a stop; {} rows of uses may be lost",
            options.url(),
            queue.size());
        thread.interrupt();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the last attempt to write was good. Any thread, like all that follows. */
  public boolean isUp() {
    return writer != null && writer.isUp();
  }

  /** Rows in memory that are not in the database yet. */
  public long queueEntries() {
    return queue.size();
  }

  public long queueLimit() {
    return queue.limit();
  }

  /** Rows in the database when they were counted last. */
  public long entries() {
    return writer == null ? 0 : writer.entries();
  }

  /** Attempts to write that ended so; only grows. */
  public long writes(Write how) {
    return writer == null ? 0 : writer.writes(how);
  }

  /** Requests whose host and client were folded there; only grows. */
  public long foldedUses(Folded where) {
    return switch (where) {
      case QUEUE -> queue.folded();
      case TABLE -> writer == null ? 0 : writer.folded();
    };
  }

  /** When something was written last, in seconds since 1970; 0 if nothing was. */
  public long lastWriteSecond() {
    return writer == null ? 0 : writer.lastWriteSecond();
  }
}
