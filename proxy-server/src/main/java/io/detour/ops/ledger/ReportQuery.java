package io.detour.ops.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to know.
 *
 * @param since how far back a rule must not have been used to be quiet; whole seconds, at least one
 * @param now the end of that time
 * @param unusedOnly whether only rules are of interest that are quiet or safe to remove, and their
 *     rows
 * @param rules the rules in force in their order, or null if they are not known
 */
public record ReportQuery(
    Duration since, Instant now, boolean unusedOnly, @Nullable List<KnownRule> rules) {
  /** How far back somebody wants to know who does not say. */
  public static final Duration USUAL_SINCE = Duration.ofDays(30);

  /** How far back anything can be known. */
  public static final Duration MAX_SINCE = LedgerOptions.MAX_RETENTION;

  /**
   * @throws IllegalArgumentException if the time is too short
   */
  public ReportQuery {
    if (since.toSeconds() < 1) {
      throw new IllegalArgumentException("since: " + since + " (expected: 1s or more)");
    }
    rules = rules == null ? null : List.copyOf(rules);
  }

  long nowSecond() {
    return now.getEpochSecond();
  }

  /** When the time begins that is asked about. */
  long fromSecond() {
    return nowSecond() - since.toSeconds();
  }
}
