package io.detour.ops.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A transaction of a connection that has autocommit otherwise. If it fails, the connection is not
 * to be used any more: closing that undoes what was done.
 *
 * <p>The SQLite driver begins the next transaction, and takes its lock, as soon as one is committed
 * while autocommit is off. Switching autocommit on commits as well, and locks nothing.
 */
final class Transaction {
  private Transaction() {}

  /** Begins one that may write. */
  static void begin(Connection connection, Dialect dialect) throws SQLException {
    connection.setAutoCommit(false);
    if (dialect == Dialect.POSTGRESQL) {
      // Neither a dead Detour's lock is waited for without end, nor ours if we die.
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET LOCAL lock_timeout = '20s'");
        statement.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'");
      }
    }
  }

  /** Ends it. */
  static void commit(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
  }
}
