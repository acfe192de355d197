package io.detour.ops.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
  static final long DEAD_SECONDS = 600;

  /** How long a run is kept, so that it finds out that it was taken for dead. */
  private static final long FORGOTTEN_SECONDS = 30L * 24 * 3600;

  /** The run of joined spans. */
  private static final String JOINED = "";

  private final Connection connection;
  private final Dialect dialect;

  /**
   * @param connection with autocommit; not to be used any more after a failure
   */
  SpanCompaction(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
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
    Transaction.begin(connection, dialect);
    endDead(own, now);
    update(
        "UPDATE rule_span SET span_end = (SELECT alive FROM detour_run WHERE id = rule_span.run)"
            + " WHERE span_end IS NULL AND run IN (SELECT id FROM detour_run WHERE ended = ?)",
        1);
    join();
    update("DELETE FROM rule_span WHERE span_end < ?", retired);
    update("DELETE FROM detour_run WHERE ended = 1 AND alive < ?", now - FORGOTTEN_SECONDS);
    update("DELETE FROM target_certificate WHERE checked < ?", retired);
    Transaction.commit(connection);
  }

  private void endDead(String own, long now) throws SQLException {
    String sql = "UPDATE detour_run SET ended = 1 WHERE ended = 0 AND alive < ? AND id <> ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, now - DEAD_SECONDS);
      update.setString(2, own);
      update.executeUpdate();
    }
  }

  private void update(String sql, long value) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, value);
      update.executeUpdate();
    }
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
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<Row> together = new ArrayList<>();
      while (row.next()) {
        Row next = new Row(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4));
        if (!together.isEmpty() && !goesOn(together, next)) {
          join(together, gone, joined);
          together.clear();
        }
        together.add(next);
      }
      join(together, gone, joined);
    }
    delete(gone);
    insert(joined);
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

  private void delete(List<Row> rows) throws SQLException {
    String sql = "DELETE FROM rule_span WHERE rule = ? AND run = ? AND span_start = ?";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      for (Row row : rows) {
        delete.setString(1, row.rule);
        delete.setString(2, row.run);
        delete.setLong(3, row.start);
        delete.addBatch();
      }
      if (!rows.isEmpty()) {
        delete.executeBatch();
      }
    }
  }

  private void insert(List<Row> rows) throws SQLException {
    List<RuleSpan> spans = new ArrayList<>();
    rows.forEach(row -> spans.add(new RuleSpan(row.rule, row.start, row.end)));
    new StoredRows(connection, dialect).mergeSpans(JOINED, spans);
  }
}
