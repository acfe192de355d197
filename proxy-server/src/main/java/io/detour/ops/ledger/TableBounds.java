package io.detour.ops.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps the ledger within its bounds. Several Detours may do so at once: what one of them takes
 * away, the others do not find any more. Every transaction is short, so that batches get in
 * between.
 */
final class TableBounds {
  private static final int CHUNK = 1000;

  private static final long ANY_TIME = Long.MAX_VALUE;

  private static final String KEY = " WHERE rule = ? AND host = ? AND client = ?";

  private final Connection connection;
  private final Dialect dialect;
  private final StoredRows stored;

  /**
   * @param connection with autocommit; not to be used any more after a failure
   */
  TableBounds(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
    this.stored = new StoredRows(connection, dialect);
  }

  /** How many rows there are. */
  long entries() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM legacy_use")) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Folds some of the rows that were seen last the longest ago into one row for each rule. To be
   * called again as long as there are more rows than the limit.
   *
   * @param excess how many rows there are too many
   * @return how many requests the folded rows stood for, or -1 if there was nothing to fold
   */
  long fold(long excess) throws SQLException {
    SortedMap<EntryKey, Tally> oldest = oldest((int) Math.min(CHUNK, excess), ANY_TIME);
    return oldest.isEmpty() ? -1 : fold(oldest);
  }

  private long fold(SortedMap<EntryKey, Tally> rows) throws SQLException {
    Transaction.begin(connection, dialect);
    SortedMap<String, SortedMap<EntryKey, Tally>> byRule = new TreeMap<>();
    rows.forEach(
        (key, row) -> byRule.computeIfAbsent(key.rule(), _ -> new TreeMap<>()).put(key, row));
    long folded = 0;
    for (Map.Entry<String, SortedMap<EntryKey, Tally>> rule : byRule.entrySet()) {
      EntryKey other = EntryKey.otherOf(rule.getKey());
      Tally seen = new Tally();
      rule.getValue().values().forEach(row -> seen.add(0, 0, row.firstSeen()));
      stored.mergeUses(single(other, seen)); // locks it before the others
      Tally sum = new Tally();
      for (Map.Entry<EntryKey, Tally> row : rule.getValue().entrySet()) {
        remove(row.getKey(), row.getValue().lastSeen(), sum);
      }
      if (sum.lastSeen() != Long.MIN_VALUE) {
        stored.mergeUses(single(other, sum));
        folded += sum.requests();
      }
    }
    Transaction.commit(connection);
    return folded;
  }

  private static SortedMap<EntryKey, Tally> single(EntryKey key, Tally tally) {
    SortedMap<EntryKey, Tally> single = new TreeMap<>();
    single.put(key, tally);
    return single;
  }

  /** Removes a row, unless it is gone or was seen again, and adds what it counted. */
  private void remove(EntryKey key, long lastSeen, Tally sum) throws SQLException {
    String sql =
        "DELETE FROM legacy_use"
            + KEY
            + " AND last_seen <= ?"
            + " RETURNING first_seen, last_seen, requests, bytes_upstream, bytes_downstream";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      set(delete, key);
      delete.setLong(4, lastSeen);
      try (ResultSet row = delete.executeQuery()) {
        if (row.next()) {
          sum.add(Tally.of(row));
        }
      }
    }
  }

  private static void set(PreparedStatement statement, EntryKey key) throws SQLException {
    statement.setString(1, key.rule());
    statement.setString(2, key.host());
    statement.setString(3, key.client());
  }

  /**
   * Removes some of the rows that were seen last before a time, and keeps when their rules were
   * used.
   *
   * @return whether there may be more of them
   */
  boolean retire(long before) throws SQLException {
    SortedMap<EntryKey, Tally> old = oldest(CHUNK, before);
    if (!old.isEmpty()) {
      Transaction.begin(connection, dialect);
      SortedMap<String, Tally> rules = new TreeMap<>();
      old.forEach((key, row) -> rules.computeIfAbsent(key.rule(), _ -> new Tally()).add(row));
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM legacy_use" + KEY + " AND last_seen < ?")) {
        for (EntryKey key : old.keySet()) {
          set(delete, key);
          delete.setLong(4, before);
          delete.addBatch();
        }
        delete.executeBatch();
      }
      stored.mergeRetired(rules);
      Transaction.commit(connection);
    }
    return old.size() == CHUNK;
  }

  /**
   * The rows that were seen last the longest ago, before a time; if any time will do, no folded
   * one.
   */
  private SortedMap<EntryKey, Tally> oldest(int most, long before) throws SQLException {
    String sql =
        "SELECT rule, host, client, first_seen, last_seen, requests, bytes_upstream,"
            + " bytes_downstream FROM legacy_use WHERE last_seen < ?"
            + (before == ANY_TIME ? " AND NOT (host = ? AND client = ?)" : "")
            + " ORDER BY last_seen LIMIT ?";
    SortedMap<EntryKey, Tally> oldest = new TreeMap<>();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      int index = 1;
      query.setLong(index++, before);
      if (before == ANY_TIME) {
        query.setString(index++, EntryKey.OTHER);
        query.setString(index++, EntryKey.OTHER);
      }
      query.setInt(index, most);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          EntryKey key = new EntryKey(row.getString(1), row.getString(2), row.getString(3));
          oldest.put(key, Tally.of(row));
        }
      }
    }
    return oldest;
  }
}
