package io.detour.ops.ledger;

import io.detour.ops.ledger.Judgement.Observation;
import io.detour.server.account.UseJournal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps the tables of the ledger within their bounds. Several Detours may do so at once: what one
 * of them takes away, the others do not find any more. Every transaction is short, so that batches
 * get in between.
 */
final class Housekeeping {
  private static final int CHUNK = 1000;

  private static final long ANY_TIME = Long.MAX_VALUE;

  private static final String ALL = "";

  private static final String KEY = " WHERE rule = ? AND host = ? AND client = ?";

  private static final String NOT_FOLDED =
      " AND NOT (host = '%1$s' AND client = '%1$s')".formatted(Tally.Key.OTHER);

  private static final String WITHOUT_RULE = " AND rule LIKE '" + UseJournal.ZONE + "%'";

  /** A run that was not heard of for longer is over; if it is not, it begins anew. */
  private static final long DEAD_SECONDS = 600;

  /** How long a run is kept, so that it finds out that it was taken for dead. */
  private static final long FORGOTTEN_SECONDS = 30L * 24 * 3600;

  /** The run of joined spans. */
  private static final String JOINED = "";

  private final LedgerConnection connection;
  private final StoredRows stored;

  Housekeeping(LedgerConnection connection) {
    this.connection = connection;
    this.stored = new StoredRows(connection);
  }

  private record Row(String rule, String run, long start, long end) {}

  /** How many rows there are. */
  long entries() throws SQLException {
    return connection.read("SELECT count(*) FROM legacy_use", row -> row.getLong(1)).getFirst();
  }

  /**
   * Folds some of the rows that were seen last the longest ago into one row for each rule. As long
   * as there are rows without a rule it is them: names asked for at random never fold rows of
   * rules.
   *
   * @return how many requests the folded rows stood for, or -1 if there was nothing to fold
   */
  long fold(long excess) throws SQLException {
    int most = (int) Math.min(CHUNK, excess);
    SortedMap<Tally.Key, Tally> oldest = oldest(most, ANY_TIME, NOT_FOLDED + WITHOUT_RULE);
    if (oldest.isEmpty()) {
      oldest = oldest(most, ANY_TIME, NOT_FOLDED);
    }
    return oldest.isEmpty() ? -1 : fold(oldest);
  }

  private long fold(SortedMap<Tally.Key, Tally> rows) throws SQLException {
    connection.begin();
    SortedMap<String, SortedMap<Tally.Key, Tally>> byRule = new TreeMap<>();
    rows.forEach(
        (key, row) -> byRule.computeIfAbsent(key.rule(), _ -> new TreeMap<>()).put(key, row));
    long folded = 0;
    for (Map.Entry<String, SortedMap<Tally.Key, Tally>> rule : byRule.entrySet()) {
      Tally.Key other = Tally.Key.otherOf(rule.getKey());
      Tally seen = Tally.NONE;
      for (Tally row : rule.getValue().values()) {
        seen = seen.plus(Tally.ofBytes(0, 0, row.firstSeen()));
      }
      stored.mergeUses(Map.of(other, seen)); // locks it before the others
      Tally sum = Tally.NONE;
      for (Map.Entry<Tally.Key, Tally> row : rule.getValue().entrySet()) {
        sum = sum.plus(remove(row.getKey(), row.getValue().lastSeen()));
      }
      if (!sum.equals(Tally.NONE)) {
        stored.mergeUses(Map.of(other, sum));
        folded += sum.requests();
      }
    }
    connection.commit();
    return folded;
  }

  /** Removes a row, unless it is gone or was seen again; what it counted. */
  private Tally remove(Tally.Key key, long lastSeen) throws SQLException {
    String sql =
        "DELETE FROM legacy_use"
            + KEY
            + " AND last_seen <= ?"
            + " RETURNING first_seen, last_seen, requests, bytes_upstream, bytes_downstream";
    return connection.read(sql, Tally::of, key.rule(), key.host(), key.client(), lastSeen).stream()
        .reduce(Tally.NONE, Tally::plus);
  }

  /** Removes some rows, and keeps when their rules were used; whether there may be more. */
  boolean retire(long before) throws SQLException {
    SortedMap<Tally.Key, Tally> old = oldest(CHUNK, before, ALL);
    if (!old.isEmpty()) {
      connection.begin();
      SortedMap<String, Tally> rules = new TreeMap<>();
      old.forEach((key, row) -> rules.merge(key.rule(), row, Tally::plus));
      connection.batch(
          "DELETE FROM legacy_use" + KEY + " AND last_seen < ?",
          old.keySet(),
          key -> List.of(key.rule(), key.host(), key.client(), before));
      stored.mergeRetired(rules);
      connection.commit();
    }
    return old.size() == CHUNK;
  }

  /** Those of some rows that were seen last the longest ago, before a time. */
  private SortedMap<Tally.Key, Tally> oldest(int limit, long before, String which)
      throws SQLException {
    String sql =
        "SELECT rule, host, client, first_seen, last_seen, requests, bytes_upstream,"
            + " bytes_downstream FROM legacy_use WHERE last_seen < ?"
            + which
            + " ORDER BY last_seen LIMIT ?";
    SortedMap<Tally.Key, Tally> oldest = new TreeMap<>();
    connection.query(
        sql,
        row ->
            oldest.put(
                new Tally.Key(row.getString(1), row.getString(2), row.getString(3)), Tally.of(row)),
        before,
        limit);
    return oldest;
  }

  /**
   * Ends the runs that are dead but for its own, and joins the spans of those that have ended: to
   * one for each rule and uninterrupted time. Removes what is older than {@code retired}.
   */
  void compactSpans(String own, long now, long retired) throws SQLException {
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
    String sql =
        """
        SELECT rule, run, span_start, span_end FROM rule_span
        WHERE span_end IS NOT NULL AND rule IN (SELECT rule FROM rule_span
          WHERE span_end IS NOT NULL GROUP BY rule HAVING count(*) > 1)
        ORDER BY rule, span_start
        """;
    Map<String, List<Row>> ended = new LinkedHashMap<>();
    connection.query(
        sql,
        row ->
            ended
                .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                .add(new Row(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4))));
    List<Row> gone = new ArrayList<>();
    List<RuleSpans.Span> joined = new ArrayList<>();
    ended.forEach(
        (rule, rows) -> {
          List<Observation.Span> spans =
              rows.stream().map(row -> new Observation.Span(row.start, row.end)).toList();
          List<Observation.Span> together = Observation.of(spans).spans();
          if (together.size() < rows.size()) {
            gone.addAll(rows);
            together.forEach(
                span -> joined.add(new RuleSpans.Span(rule, span.start(), span.end())));
          }
        });
    connection.batch(
        "DELETE FROM rule_span WHERE rule = ? AND run = ? AND span_start = ?",
        gone,
        row -> List.of(row.rule, row.run, row.start));
    stored.mergeSpans(JOINED, joined);
  }
}
