package io.detour.ops.ledger;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins the spans of runs that have ended, so that there is one for each rule and uninterrupted
 * time, however often Detour was started. Several Detours may do so at once.
 */
final class SpanCompaction {
  /**
   * A run that has not been heard of for longer than this is over; if it is not, it begins anew.
   */
  private static final long DEAD_SECONDS = 600;

  /** How long a run is kept, so that it finds out that it was taken for dead. */
  private static final long FORGOTTEN_SECONDS = 30L * 24 * 3600;

  /** The run of joined spans. */
  private static final String JOINED = "";

  private final LedgerConnection connection;

  /**
   * @param connection with autocommit
   */
  SpanCompaction(LedgerConnection connection) {
    this.connection = connection;
  }

  private record Row(String rule, String run, long start, long end) {}

  /**
   * Does all of it in one transaction.
   *
   * @param own the run that is certainly alive
   * @param now in seconds since 1970
   * @param retired spans and certificates before this are removed
   */
  void run(String own, long now, long retired) throws SQLException {
    connection.begin();
    connection.update(
        "UPDATE detour_run SET ended = 1 WHERE ended = 0 AND alive < ? AND id <> ?",
        now - DEAD_SECONDS,
        own);
    connection.update(
        "UPDATE rule_span SET span_end = (SELECT alive FROM detour_run WHERE id = rule_span.run)"
            + " WHERE span_end IS NULL AND run IN (SELECT id FROM detour_run WHERE ended = 1)");
    join();
    connection.update("DELETE FROM rule_span WHERE span_end < ?", retired);
    connection.update(
        "DELETE FROM detour_run WHERE ended = 1 AND alive < ?", now - FORGOTTEN_SECONDS);
    connection.update("DELETE FROM target_certificate WHERE checked < ?", retired);
    connection.commit();
  }

  private void join() throws SQLException {
    List<Row> gone = new ArrayList<>();
    List<Row> joined = new ArrayList<>();
    String sql =
        """
        SELECT rule, run, span_start, span_end FROM rule_span
        WHERE span_end IS NOT NULL AND rule IN (SELECT rule FROM rule_span
          WHERE span_end IS NOT NULL GROUP BY rule HAVING count(*) > 1)
        ORDER BY rule, span_start
        """;
    List<Row> together = new ArrayList<>();
    connection.query(
        sql,
        row -> {
          Row next = new Row(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4));
          if (!together.isEmpty() && !goesOn(together, next)) {
            join(together, gone, joined);
            together.clear();
          }
          together.add(next);
        });
    join(together, gone, joined);
    connection.batch(
        "DELETE FROM rule_span WHERE rule = ? AND run = ? AND span_start = ?",
        gone,
        row -> List.of(row.rule, row.run, row.start));
    List<RuleSpans.Span> spans =
        joined.stream().map(row -> new RuleSpans.Span(row.rule, row.start, row.end)).toList();
    new StoredRows(connection).mergeSpans(JOINED, spans);
  }

  private static boolean goesOn(List<Row> together, Row next) {
    return together.getFirst().rule.equals(next.rule)
        && next.start - end(together) <= Observation.GAP_SECONDS;
  }

  private static long end(List<Row> together) {
    return together.stream().mapToLong(Row::end).max().orElseThrow();
  }

  private static void join(List<Row> together, List<Row> gone, List<Row> joined) {
    if (together.size() > 1) {
      Row first = together.getFirst();
      gone.addAll(together);
      joined.add(new Row(first.rule, JOINED, first.start, end(together)));
    }
  }
}
