package io.detour.ops.ledger;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A database of which nobody knows where it is.
 *
 * @param problem why
 */
record MissingDatabase(String problem) implements LedgerDatabase {
  @Override
  public Dialect dialect() {
    return Dialect.SQLITE;
  }

  @Override
  public Connection openForWriting() throws SQLException {
    throw new SQLException(problem);
  }

  @Override
  public Connection openForReading() throws SQLException {
    throw new SQLException(problem);
  }

  @Override
  public boolean isInPlace() {
    return false;
  }

  @Override
  public String masked(String message) {
    return message;
  }
}
