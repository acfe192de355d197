package io.detour.ops.ledger;

/** What the ledger tells about its writing. Any thread; what is counted only grows. */
public interface LedgerStatistics {
  /** How an attempt to write ended. */
  enum Write {
    SUCCESS,
    FAILURE
  }

  /** Where uses lost their host and client to the folded row of their rule. */
  enum Folded {
    /** In memory, for want of room. */
    QUEUE,
    /** In the database, which had more rows than it may. */
    TABLE
  }

  /** Whether the last attempt to write was good. */
  boolean isUp();

  /** Rows in memory that are not in the database yet. */
  long queueEntries();

  /** How many there may be. */
  long queueLimit();

  /** Rows in the database when they were counted last. */
  long entries();

  /** Attempts to write that ended so. */
  long writes(Write how);

  /** Requests whose host and client were folded there. */
  long foldedUses(Folded where);

  /** When something was written last, in seconds since 1970; 0 if nothing was. */
  long lastWriteSecond();
}
