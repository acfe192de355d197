package io.detour.ops.demo;

import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.document.RegularFile;
import io.detour.server.account.UseJournal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger in a temporary folder, with a history of the example rules that is made up: what a few
 * weeks look like on the page and in a report. Its clients have addresses for documentation (RFC
 * 5737), and a user agent that says so.
 */
public final class DemoLedger implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(DemoLedger.class);
  private static final String USER_AGENT = "made up for the demo";

  /** Longer than the 30 days after which a rule that nobody uses is safe to remove. */
  private static final int OBSERVED_DAYS = 40;

  private static final int BYTES_UP = 2_000;
  private static final int BYTES_DOWN = 60_000;

  private final Path folder;

  /**
   * Somebody who used a name once a day.
   *
   * @param client the last octet of the address
   * @param lastDay how many days ago they stopped
   */
  private record User(
      String rule, String host, String target, int client, String name, int lastDay) {
    void visit(Ledger ledger, Instant when) {
      String address = "192.0.2." + client;
      ledger.used(
          new UseJournal.Use(rule, host, address, name, USER_AGENT, target, when.getEpochSecond()));
      ledger.relayed(rule, host, address, BYTES_UP, BYTES_DOWN);
    }
  }

  private static final List<User> USERS =
      List.of(
          new User("erp", DemoNames.ERP, "erp.new.example.com:443", 11, "alice", 1),
          new User("erp", DemoNames.ERP, "erp.new.example.com:443", 12, "bob", 2),
          new User("erp", "erp-dr.old.example.com", "erp.new.example.com:443", 40, "backup", 6),
          new User("old-zone", DemoNames.WIKI, "wiki.new.example.com:80", 11, "alice", 1),
          new User("old-zone", "mail.old.example.com", "mail.new.example.com:443", 25, "carol", 9),
          new User("files", "files.corp.oldco.net", "files.corp.oldco.net:443", 31, "scanner", 33),
          new User(
              "numbered-hosts", DemoNames.APP, "web1.apps.new.example.com:443", 12, "bob", 36));

  /** Its files go with the JVM at the latest, the folder behind them. */
  private DemoLedger(Path folder) {
    this.folder = folder;
    folder.toFile().deleteOnExit();
    List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")
        .forEach(name -> folder.resolve(name).toFile().deleteOnExit());
  }

  /**
   * Makes it. Blocks on the disk.
   *
   * @param rules the names of the rules that were observed
   * @throws IOException if there can be no temporary folder
   */
  public static DemoLedger make(List<String> rules, InstantSource clock) throws IOException {
    DemoLedger made = new DemoLedger(Files.createTempDirectory("detour-demo-ledger"));
    Instant now = clock.instant();
    AtomicReference<Instant> then =
        new AtomicReference<>(now.minus(Duration.ofDays(OBSERVED_DAYS)));
    try (Ledger ledger = Ledger.open(LedgerOptions.defaults().withUrl(made.url()), then::get)) {
      ledger.rulesInForce(rules);
      for (User user : USERS) {
        for (int day = OBSERVED_DAYS; day >= user.lastDay; day--) {
          then.set(now.minus(Duration.ofDays(day)));
          user.visit(ledger, then.get());
        }
      }
      then.set(now);
    }
    return made;
  }

  public LedgerUrl url() {
    return new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
  }

  /** Deletes it. */
  @Override
  public void close() {
    try {
      delete();
    } catch (IOException e) {
      logger.warn("demo: {} is left: {}", folder, RegularFile.reason(e));
    }
  }

  private void delete() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
