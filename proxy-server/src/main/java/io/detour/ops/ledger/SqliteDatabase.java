package io.detour.ops.ledger;

import io.detour.ops.ledger.LedgerConnection.Dialect;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** SQLite's two files beside it, when the file was last seen in its place. */
  private final Map<Path, Object> companions = new HashMap<>();

  SqliteDatabase(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public LedgerConnection openForWriting() throws SQLException {
    try {
      makeFile();
      openedKey = key(file);
      companions.clear();
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

  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path : key;
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
      boolean isInPlace = key(file).equals(openedKey);
      if (isInPlace) {
        rememberCompanions();
      }
      return isInPlace;
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException _) {
      return true; // where nothing can be seen, it has not been seen to move
    }
  }

  private void rememberCompanions() throws IOException {
    for (String suffix : List.of("-wal", "-shm")) {
      Path companion = file.resolveSibling(file.getFileName() + suffix);
      if (Files.exists(companion)) {
        companions.put(companion, key(companion));
      }
    }
  }

  /**
   * SQLite does not write the log back into a file that was moved, and finds the log by the name
   * that the file had: a new file of this name would take it for its own, and Detours that have not
   * noticed yet share it. So the log is written back here, and leaves the name to the new file.
   * Whoever notices last writes back what the others could not.
   */
  @Override
  public boolean leave(LedgerConnection open) throws SQLException {
    boolean isComplete = false;
    try {
      isComplete =
          open.read("PRAGMA wal_checkpoint(TRUNCATE)", row -> row.getLong(1) == 0).getFirst();
    } catch (SQLException _) {
      // The file may have been moved because it is corrupt.
    }
    open.close();
    if (!isInPlace()) { // it may be back
      for (Map.Entry<Path, Object> companion : companions.entrySet()) {
        deleteIfSame(companion.getKey(), companion.getValue());
      }
    }
    companions.clear();
    return isComplete;
  }

  /** A log of this name may be that of a new file already. */
  private static void deleteIfSame(Path path, Object key) throws SQLException {
    try {
      if (Files.exists(path) && key(path).equals(key)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException _) {
      // Another Detour was faster.
    } catch (IOException e) {
      throw new SQLException(path + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
