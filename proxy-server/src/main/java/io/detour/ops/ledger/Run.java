package io.detour.ops.ledger;

import java.util.UUID;

/**
 * What the database knows this process as. For one thread.
 *
 * <p>A process begins a new run when another Detour has taken it for dead, and when the database
 * was replaced by another or an older one.
 */
final class Run {
  private final long started;
  private String id = newId();

  /** Whether the database is known to have it. */
  private boolean recorded;

  /** The last batch that is known to be in the database; 0 for none. */
  private long lastBatch;

  private long lastAliveSecond;

  /** What was used before this is not in the database. */
  private long completeFrom = Long.MIN_VALUE;

  /**
   * @param started in seconds since 1970
   */
  Run(long started) {
    this.started = started;
    lastAliveSecond = started;
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  /** Goes on under another name. */
  void renew() {
    id = newId();
    recorded = false;
  }

  /**
   * Goes on under another name in a database that lacks what was written before: whoever reads it
   * may not take the rules for observed then.
   */
  void renewAfterLoss() {
    completeFrom = lastAliveSecond;
    lastBatch = 0;
    renew();
  }

  /** The database has this batch, and the run. */
  void has(Batch batch) {
    recorded = true;
    lastBatch = batch.number();
    lastAliveSecond = Math.max(lastAliveSecond, batch.aliveSecond());
  }

  String id() {
    return id;
  }

  long started() {
    return started;
  }

  boolean isRecorded() {
    return recorded;
  }

  long lastBatch() {
    return lastBatch;
  }

  /** From when on everything is in the database that is not in a batch to come. */
  long completeFrom() {
    return completeFrom;
  }
}
