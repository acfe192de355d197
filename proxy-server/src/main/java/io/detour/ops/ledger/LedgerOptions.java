package io.detour.ops.ledger;

import java.time.Duration;

/**
 * How the ledger is kept. Immutable.
 *
 * @param url where
 * @param retention rows that were seen last before this are removed, {@link #MIN_RETENTION} to
 *     {@link #MAX_RETENTION}
 * @param maxEntries the most rows, 1 to {@link #MAX_ENTRIES}; more are folded into one for each
 *     rule
 */
public record LedgerOptions(LedgerUrl url, Duration retention, int maxEntries) {
  public static final Duration MIN_RETENTION = Duration.ofDays(1);
  public static final Duration MAX_RETENTION = Duration.ofDays(3650);
  public static final int MAX_ENTRIES = 100_000_000;
  private static final Duration DEFAULT_RETENTION = Duration.ofDays(400);
  private static final int DEFAULT_ENTRIES = 200_000;

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public LedgerOptions {
    if (retention.compareTo(MIN_RETENTION) < 0 || retention.compareTo(MAX_RETENTION) > 0) {
      throw new IllegalArgumentException(
          "retention: " + retention + " (expected: " + MIN_RETENTION + ".." + MAX_RETENTION + ")");
    }
    if (maxEntries < 1 || maxEntries > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "maxEntries: " + maxEntries + " (expected: 1.." + MAX_ENTRIES + ")");
    }
  }

  /** An SQLite file in the usual folder. */
  public static LedgerOptions defaults() {
    return new LedgerOptions(new LedgerUrl.Automatic(), DEFAULT_RETENTION, DEFAULT_ENTRIES);
  }

  /** No ledger. */
  public static LedgerOptions off() {
    return defaults().withUrl(new LedgerUrl.Off());
  }

  /** The same at another place. */
  public LedgerOptions withUrl(LedgerUrl other) {
    return new LedgerOptions(other, retention, maxEntries);
  }
}
