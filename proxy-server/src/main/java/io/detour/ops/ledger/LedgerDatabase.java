package io.detour.ops.ledger;

import io.detour.ops.ledger.LedgerConnection.Dialect;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Opens connections to the database of a ledger, which may block for the driver's timeouts. */
sealed interface LedgerDatabase permits SqliteDatabase, PostgresqlDatabase, LedgerDatabase.Missing {
  /** The database of a URL that is not {@code off}. */
  static LedgerDatabase of(LedgerUrl url) {
    return switch (url.resolved()) {
      case LedgerUrl.Sqlite sqlite -> new SqliteDatabase(sqlite.file());
      case PostgresqlUrl postgresql -> new PostgresqlDatabase(postgresql);
      case LedgerUrl.Unusable unusable -> new Missing(unusable.problem());
      case LedgerUrl.Off _ -> new Missing("it is switched off");
      case LedgerUrl.Automatic _ -> throw new IllegalStateException("auto was resolved");
    };
  }

  /** A connection for writing, with autocommit; tables are made or changed if need be. */
  LedgerConnection openForWriting() throws SQLException;

  /** A connection for reading, without autocommit; nothing is made. */
  LedgerConnection openForReading() throws SQLException;

  /** Whether what is open is still the database that would be opened now. */
  default boolean isInPlace() {
    return true;
  }

  /**
   * Closes what is open and no longer in its place, with all that was written to it in it.
   *
   * @return whether it has everything
   */
  default boolean leave(LedgerConnection open) throws SQLException {
    open.close();
    return true;
  }

  /** A message of the driver without secrets. */
  default String masked(String message) {
    return message;
  }

  /**
   * Makes the tables, or brings those of an older version up to date.
   *
   * @param source tells Flyway how to connect
   */
  static void migrate(UnaryOperator<FluentConfiguration> source, Dialect dialect)
      throws SQLException {
    try {
      source
          .apply(Flyway.configure(LedgerDatabase.class.getClassLoader()))
          .locations("classpath:io/detour/ops/ledger/" + dialect.label())
          .table("detour_schema_history")
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new SQLException("its tables cannot be made or changed: " + causeInOneLine(e), e);
    }
  }

  /** Flyway's messages are tables of several lines; the cause says it in one. */
  private static String causeInOneLine(Throwable problem) {
    Throwable cause = problem;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return firstLine(cause);
  }

  /** What a problem says first, or the name of its class if it says nothing. */
  static String firstLine(Throwable problem) {
    String message = Objects.requireNonNullElse(problem.getMessage(), "").strip();
    return message.lines().findFirst().orElse(problem.getClass().getSimpleName());
  }

  /** A database whose place is not known. */
  record Missing(String problem) implements LedgerDatabase {
    @Override
    public LedgerConnection openForWriting() throws SQLException {
      throw new SQLException(problem);
    }

    @Override
    public LedgerConnection openForReading() throws SQLException {
      throw new SQLException(problem);
    }

    @Override
    public boolean isInPlace() {
      return false;
    }
  }
}
