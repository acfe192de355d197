package io.detour.ops.ledger;

import io.detour.rules.document.Fields;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection to a ledger. For one thread; after a failure it is closed, which rolls back. */
record LedgerConnection(Connection jdbc, Dialect dialect) implements AutoCloseable {
  /** Statements that are sent at once: few round trips, and no need to hold them all as text. */
  private static final int CHUNK = 1000;

  /** Rows that are fetched at once from a server. */
  static final int FETCHED = 1000;

  /** What the two databases say differently. */
  enum Dialect {
    SQLITE("min", "max", ""),
    POSTGRESQL("least", "greatest", " FOR UPDATE");

    /** The function of two numbers that is the smaller one. */
    final String least;

    /** The function of two numbers that is the larger one. */
    final String greatest;

    /** Ends a query whose rows are to be locked; an SQLite transaction has locked everything. */
    final String forUpdate;

    Dialect(String least, String greatest, String forUpdate) {
      this.least = least;
      this.greatest = greatest;
      this.forUpdate = forUpdate;
    }

    /** As reports and folders of migrations call it. */
    String label() {
      return Fields.wordOf(this);
    }
  }

  /** Reads a row of a result. */
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Makes something of a row of a result. */
  interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** Begins a transaction that may write, on a connection that has autocommit otherwise. */
  void begin() throws SQLException {
    jdbc.setAutoCommit(false);
    if (dialect == Dialect.POSTGRESQL) {
      // Neither a dead Detour's lock is waited for without end, nor ours if we die.
      update("SET LOCAL lock_timeout = '20s'");
      update("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    }
  }

  /** Commits by switching autocommit on: else the SQLite driver locks for another transaction. */
  void commit() throws SQLException {
    jdbc.setAutoCommit(true);
  }

  /** Runs a statement with values for its question marks: strings and numbers. */
  void update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = jdbc.prepareStatement(sql)) {
      set(statement, List.of(values));
      statement.executeUpdate();
    }
  }

  /** Runs a statement for each row, in their order. */
  <T> void batch(String sql, Collection<T> rows, Function<T, List<@Nullable Object>> values)
      throws SQLException {
    try (PreparedStatement statement = jdbc.prepareStatement(sql)) {
      int waiting = 0;
      for (T row : rows) {
        set(statement, values.apply(row));
        statement.addBatch();
        waiting++;
        if (waiting == CHUNK) {
          statement.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        statement.executeBatch();
      }
    }
  }

  /** Reads all rows of a result. */
  void query(String sql, RowReader reader, Object... values) throws SQLException {
    try (PreparedStatement query = jdbc.prepareStatement(sql)) {
      query.setFetchSize(FETCHED);
      set(query, List.of(values));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          reader.read(row);
        }
      }
    }
  }

  /** What is made of all rows of a result, in their order. */
  <T> List<T> read(String sql, RowMapper<T> mapper, Object... values) throws SQLException {
    List<T> rows = new ArrayList<>();
    query(sql, row -> rows.add(mapper.map(row)), values);
    return rows;
  }

  private static void set(PreparedStatement statement, List<? extends @Nullable Object> values)
      throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }

  @Override
  public void close() throws SQLException {
    jdbc.close();
  }
}
