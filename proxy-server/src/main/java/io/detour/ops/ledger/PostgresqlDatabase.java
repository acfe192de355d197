package io.detour.ops.ledger;

import io.detour.ops.ledger.LedgerConnection.Dialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** A ledger in PostgreSQL, into which several Detours may write. */
final class PostgresqlDatabase implements LedgerDatabase {
  /** So that a server that is gone is noticed, and a stop does not wait for it for long. */
  private static final String CONNECT_SECONDS = "10";

  private static final String SOCKET_SECONDS = "60";

  private final PostgresqlUrl url;

  PostgresqlDatabase(PostgresqlUrl url) {
    this.url = url;
  }

  @Override
  public LedgerConnection openForWriting() throws SQLException {
    Connection connection = open();
    try {
      requireUnicode(connection);
      Map<String, String> properties = new HashMap<>();
      properties().forEach((name, value) -> properties.put((String) name, (String) value));
      LedgerDatabase.migrate(
          flyway -> flyway.dataSource(url.driverUrl(), null, null).jdbcProperties(properties),
          Dialect.POSTGRESQL);
      return new LedgerConnection(connection, Dialect.POSTGRESQL);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** In another encoding there are texts that cannot be stored, and with them their batch. */
  private static void requireUnicode(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW server_encoding")) {
      if (row.next() && !row.getString(1).equals("UTF8")) {
        throw new SQLException(
            "the database has the encoding " + row.getString(1) + " (expected: UTF8)");
      }
    }
  }

  @Override
  public LedgerConnection openForReading() throws SQLException {
    Connection connection = open();
    try {
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      return new LedgerConnection(connection, Dialect.POSTGRESQL);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection(url.driverUrl(), properties());
  }

  private Properties properties() {
    Properties properties = url.driverProperties();
    properties.setProperty("ApplicationName", "detour");
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", SOCKET_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("reWriteBatchedInserts", "true");
    // Without it an error quotes the statement, and with that what users sent.
    properties.setProperty("logServerErrorDetail", "false");
    return properties;
  }

  @Override
  public String masked(String message) {
    return url.masked(message);
  }
}
