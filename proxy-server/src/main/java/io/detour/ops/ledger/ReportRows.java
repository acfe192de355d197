package io.detour.ops.ledger;

/** What has a row in a report. */
public enum ReportRows {
  RULE,
  HOST,
  CLIENT
}
