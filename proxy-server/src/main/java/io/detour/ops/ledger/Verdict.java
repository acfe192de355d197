package io.detour.ops.ledger;

/** What the ledger says about a rule, for a number of days that somebody asks about. */
public enum Verdict {
  /** It was used in these days. */
  IN_USE,
  /**
   * It was used before these days and not in them, as far as it was observed, which was not for all
   * of them.
   */
  QUIET,
  /** It was not used in these days, and was observed for all of them. */
  SAFE_TO_REMOVE,
  /** It was never used, or nobody looked, and it was not observed for all of these days. */
  UNKNOWN
}
