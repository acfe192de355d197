package io.detour.ops.ledger;

import static io.detour.ops.ledger.Ledgers.DEADLINE;
import static io.detour.ops.ledger.Ledgers.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.Tool;
import io.detour.ops.ledger.Ledger.Write;
import io.detour.ops.ledger.LedgerWriter.Pace;
import io.detour.server.decide.RecordedLog;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** What happens to an SQLite ledger when the world around it is not well. */
class LedgerTroubleTest {
  private static final Duration KILL_AFTER = Duration.ofSeconds(14);

  private final MovingClock clock = new MovingClock();

  @TempDir private Path folder;

  private LedgerUrl url() {
    return Ledgers.sqlite(folder);
  }

  @Test
  @Execution(CONCURRENT)
  void aLockOfAnotherProcessIsWaitedForAndNobodyElseWaits() throws Exception {
    Tool.ofPackage("sqlite3", "sqlite3");
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      Ledgers.awaitWritten(ledger);
      Process locking =
          new ProcessBuilder("sqlite3", folder.resolve("ledger.db").toString())
              .redirectErrorStream(true)
              .start();
      try {
        BufferedWriter in = locking.outputWriter();
        BufferedReader out = locking.inputReader();
        in.write(".timeout 20000\nBEGIN IMMEDIATE; SELECT 'locked';\n");
        in.flush();
        assertThat(out.readLine()).isEqualTo("locked");

        ledger.used(use("erp", "h", "c", clock.second()));
        await().atMost(DEADLINE).until(() -> ledger.writes(Write.FAILURE) > 0);
        assertThat(ledger.isUp()).isFalse();
        ledger.used(use("erp", "h", "c", clock.second()));
        assertThat(ledger.queueEntries()).isPositive();

        in.write("COMMIT; SELECT 'free';\n");
        in.flush();
        assertThat(out.readLine()).isEqualTo("free");
        Ledgers.awaitWritten(ledger);
      } finally {
        locking.destroy();
      }
    }

    assertThat(Ledgers.requests(url())).containsEntry("erp h c", 2L);
  }

  @Test
  @Execution(CONCURRENT)
  void aFullDiskLosesNothingOnceThereIsRoom() throws Exception {
    assumeTrue(
        System.getProperty("user.name").equals("root"),
        "only root can mount a small file system; skipped");
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Tool mount = Tool.ofPackage("mount", "mount");
    Tool.Ended mounted =
        mount.end(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString());
    assumeTrue(mounted.status() == 0, "a tmpfs cannot be mounted here; skipped");
    LedgerUrl url = Ledgers.sqlite(disk);
    try (Ledger ledger = Ledgers.open(url, clock)) {
      Ledgers.awaitWritten(ledger);
      Path ballast = disk.resolve("ballast");
      fill(ballast);
      for (int i = 0; i < 900; i++) {
        ledger.used(use("erp", "host-" + i + "-" + "x".repeat(200), "c", clock.second()));
      }
      await().atMost(DEADLINE).until(() -> ledger.writes(Write.FAILURE) > 2);
      assertThat(ledger.queueEntries()).isEqualTo(900);

      Files.delete(ballast);
      Ledgers.awaitWritten(ledger);
      assertThat(Ledgers.number(url, "SELECT sum(requests) FROM legacy_use")).isEqualTo(900);
    } finally {
      Tool.ofPackage("umount", "mount").run(folder, disk.toString());
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aFileThatIsMovedAwayHasAllThatWasWrittenToItByTwoDetours() throws Exception {
    Path moved = folder.resolve("moved.db");
    try (RecordedLog log = RecordedLog.of(Ledger.class);
        Ledger one = Ledgers.open(url(), clock);
        Ledger two = Ledgers.open(url(), clock)) {
      one.used(use("a", "h", "one", clock.second()));
      two.used(use("a", "h", "two", clock.second()));
      Ledgers.awaitWritten(one);
      Ledgers.awaitWritten(two);

      Files.move(folder.resolve("ledger.db"), moved);
      await("both have noticed")
          .atMost(DEADLINE)
          .until(
              () -> log.lines().stream().filter(line -> line.contains("was moved")).count() == 2);
      one.used(use("b", "h", "one", clock.second()));
      two.used(use("b", "h", "two", clock.second()));
      Ledgers.awaitWritten(one);
      Ledgers.awaitWritten(two);
      assertThat(Ledgers.requests(url())).isEqualTo(Map.of("b h one", 1L, "b h two", 1L));
    }

    assertThat(Ledgers.requests(url())).isEqualTo(Map.of("b h one", 1L, "b h two", 1L));
    assertThat(Ledgers.requests(new LedgerUrl.Sqlite(moved)))
        .isEqualTo(Map.of("a h one", 1L, "a h two", 1L));
    assertThat(Ledgers.text(url(), "PRAGMA integrity_check")).isEqualTo("ok");
    assertThat(Ledgers.text(new LedgerUrl.Sqlite(moved), "PRAGMA integrity_check")).isEqualTo("ok");
  }

  private static void fill(Path ballast) throws Exception {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @Test
  @Tag("campaign")
  void aKillLosesTenSecondsAtMostAndLeavesAGoodFile() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                url().toString())
            .redirectErrorStream(true)
            .start();
    long told = 0;
    long told10sBefore = 0;
    try (BufferedReader out = writer.inputReader()) {
      long begun = System.nanoTime();
      long passed = 0;
      while (passed < KILL_AFTER.toNanos()) {
        String line = out.readLine();
        passed = System.nanoTime() - begun;
        if (line != null && line.startsWith("told ")) {
          told = Long.parseLong(line.substring(5));
          if (passed <= KILL_AFTER.minusSeconds(10).toNanos()) {
            told10sBefore = told;
          }
        }
      }
      writer.destroyForcibly();
      assertThat(writer.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    assertThat(told10sBefore).isPositive();
    assertThat(Ledgers.number(url(), "SELECT sum(requests) FROM legacy_use"))
        .as("of %d uses, those that were told ten seconds before the end", told)
        .isGreaterThanOrEqualTo(told10sBefore);
    assertThat(Ledgers.text(url(), "PRAGMA integrity_check")).isEqualTo("ok");
    InstantSource real = InstantSource.system();
    try (Ledger next = Ledgers.open(url(), real)) {
      next.used(use("erp", "next", "c", real.instant().getEpochSecond()));
    }
    assertThat(Ledgers.requests(url())).containsEntry("erp next c", 1L);
  }

  @Test
  @Execution(CONCURRENT)
  void aBatchWhoseCommitIsNotKnownIsWrittenOnce() throws Exception {
    LedgerDatabase database = LedgerDatabase.of(url());
    LedgerQueue queue = new LedgerQueue(10);
    queue.spans().replace(List.of("erp"), 5);
    Run run = new Run(5, queue.spans());
    queue.add(use("erp", "h", "c", 7));
    LedgerQueue.Batch batch = queue.take(1, 8);
    try (LedgerConnection connection = database.openForWriting()) {
      run.write(connection, batch);
    }

    try (LedgerConnection connection = database.openForWriting()) {
      run.write(connection, batch);
    }

    assertThat(Ledgers.number(url(), "SELECT sum(requests) FROM legacy_use")).isEqualTo(1);
  }

  @Test
  @Execution(CONCURRENT)
  void aCloseGivesUpOnADatabaseThatIsNotThere() {
    Pace impatient =
        new Pace(
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofMillis(100));
    LedgerOptions options =
        LedgerOptions.defaults().withUrl(new LedgerUrl.Sqlite(folder.resolve("x")));
    assertThat(folder.resolve("x").toFile().mkdir()).isTrue();
    Ledger ledger = new Ledger(options, InstantSource.system(), impatient, 10);
    ledger.used(use("erp", "h", "c", 1));

    ledger.close();

    assertThat(ledger.queueEntries()).isEqualTo(1);
    assertThat(ledger.isUp()).isFalse();
  }
}
