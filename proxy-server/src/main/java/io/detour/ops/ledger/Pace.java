package io.detour.ops.ledger;

import java.time.Duration;

/**
 * How often the ledger's thread does what.
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
  static Pace usual() {
    return new Pace(
        Duration.ofSeconds(5),
        Duration.ofMinutes(1),
        Duration.ofMillis(250),
        Duration.ofSeconds(30),
        Duration.ofHours(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5));
  }
}
