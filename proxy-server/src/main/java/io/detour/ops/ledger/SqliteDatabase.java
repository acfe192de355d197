package io.detour.ops.ledger;

import io.detour.ops.ledger.LedgerConnection.Dialect;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A ledger in a file, which only its owner may read. For one thread. */
final class SqliteDatabase implements LedgerDatabase {
  /** How long a lock of another process is waited for. */
  private static final Duration BUSY = Duration.ofSeconds(5);

  private final Path file;

  /** Which file was opened for writing: another one of this name is another database. */
  private @Nullable Object openedKey;

  SqliteDatabase(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public LedgerConnection openForWriting() throws SQLException {
    try {
      makeFile();
      openedKey = key();
    } catch (FileSystemException e) {
      throw new SQLException(file + ": " + reason(e), e);
    } catch (IOException e) {
      throw new SQLException(file + ": " + e.getMessage(), e);
    }
    LedgerDatabase.migrate(flyway -> flyway.dataSource(source(writing())), Dialect.SQLITE);
    SQLiteConfig config = writing();
    // A transaction that began with a read could not wait for the lock when it comes to write.
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    return open(config);
  }

  /** Makes folder and file; SQLite gives its two other files the permissions of this one. */
  private void makeFile() throws IOException {
    Path folder = file.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException _) {
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder");
      }
    }
  }

  private static String reason(FileSystemException problem) {
    return problem.getReason() == null ? problem.getClass().getSimpleName() : problem.getReason();
  }

  private Object key() throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file : key;
  }

  private static SQLiteConfig writing() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // With a write-ahead log this outlives a kill -9; only a crash of the machine loses the end.
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout((int) BUSY.toMillis());
    return config;
  }

  @Override
  public LedgerConnection openForReading() throws SQLException {
    if (!Files.exists(file)) {
      throw new SQLException(file + ": there is no such file");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout((int) BUSY.toMillis());
    LedgerConnection connection = open(config);
    connection.jdbc().setAutoCommit(false);
    return connection;
  }

  private DataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(LedgerUrl.SQLITE_SCHEME + file);
    return source;
  }

  private LedgerConnection open(SQLiteConfig config) throws SQLException {
    return new LedgerConnection(source(config).getConnection(), Dialect.SQLITE);
  }

  @Override
  public boolean isInPlace() {
    try {
      return key().equals(openedKey);
    } catch (IOException _) {
      return false;
    }
  }
}
