package io.detour.ops.ledger;

import java.util.List;

/**
 * What a ledger says.
 *
 * @param ledger {@code sqlite}, {@code postgresql}, or {@code off} for none
 * @param query what was asked
 * @param rules those of the query in its order, then others that the ledger knows, by name
 * @param entriesTotal how many rows there are of these rules
 * @param entries the {@value #MAX_ENTRIES} of them that were seen last, the newest first
 */
public record Report(
    String ledger,
    ReportQuery query,
    List<RuleReport> rules,
    long entriesTotal,
    List<UseReport> entries) {
  /** The most rows that a report holds. */
  public static final int MAX_ENTRIES = 10_000;

  public Report {
    rules = List.copyOf(rules);
    entries = List.copyOf(entries);
  }
}
