package io.detour.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own, with a user and databases to test with. Making one skips the test, with
 * the reason, where PostgreSQL is not installed.
 */
final class PostgresqlServer {
  private static final int TIMEOUT_SECONDS = 60;
  private static final String PASSWORD = "s3cr&t pass";

  private final Path programs;
  private final Path folder;
  private final int port;
  private int databases;

  private PostgresqlServer(Path programs, Path folder, int port) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
  }

  /** Makes a cluster and starts it. */
  static PostgresqlServer start() throws Exception {
    Optional<Path> programs = programs();
    assumeTrue(
        programs.isPresent(), "PostgreSQL is not installed (Debian package postgresql); skipped");
    Path folder = Files.createTempDirectory("detour-postgresql");
    PostgresqlServer server = new PostgresqlServer(programs.orElseThrow(), folder, freePort());
    if (isRoot()) {
      server.finish(List.of("chown", "postgres", folder.toString()));
    }
    Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    if (isRoot()) {
      server.finish(List.of("chown", "postgres", password.toString()));
    }
    server.run(
        "initdb",
        "-D",
        server.data(),
        "-U",
        "detour",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "scram-sha-256",
        "--pwfile=" + password,
        "--no-sync");
    server.resume();
    return server;
  }

  private static Optional<Path> programs() throws IOException {
    Path versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(versions)) {
      return all.map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.comparing(Path::toString));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  /** A new database. */
  PostgresqlUrl database() throws SQLException {
    return database("ENCODING 'UTF8'");
  }

  /** The same with options. */
  PostgresqlUrl database(String options) throws SQLException {
    String name = "ledger" + databases++;
    execute(url("postgres"), "CREATE DATABASE " + name + " TEMPLATE template0 " + options);
    return url(name);
  }

  private PostgresqlUrl url(String database) {
    return (PostgresqlUrl)
        LedgerUrl.parse(
                "jdbc:postgresql://detour:s3cr%26t%20pass@127.0.0.1:" + port + "/" + database)
            .orElseThrow();
  }

  /** Has the server do something. */
  static void execute(PostgresqlUrl url, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(url.driverUrl(), url.driverProperties());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Ends it at once, without a checkpoint. */
  void kill() throws Exception {
    run("pg_ctl", "-D", data(), "-m", "immediate", "stop");
  }

  /** Starts it again. */
  void resume() throws Exception {
    run(
        "pg_ctl",
        "-D",
        data(),
        "-w",
        "-l",
        folder.resolve("log").toString(),
        "-o",
        "-c listen_addresses=127.0.0.1 -c unix_socket_directories="
            + folder
            + " -c port="
            + port
            + " -c max_connections=40 -c shared_buffers=16MB",
        "start");
  }

  private void run(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    finish(command);
  }

  private void finish(List<String> command) throws Exception {
    File said = Files.createTempFile("detour-postgresql", ".out").toFile();
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(said)
              .start();
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("%s", command).isTrue();
      assertThat(process.exitValue())
          .as("%s: %s", command, Files.readString(said.toPath()))
          .isZero();
    } finally {
      Files.delete(said.toPath());
    }
  }

  /** Ends it and removes what it left. */
  void remove() throws Exception {
    try {
      kill();
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
