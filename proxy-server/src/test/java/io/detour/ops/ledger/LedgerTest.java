package io.detour.ops.ledger;

import static io.detour.ops.ledger.Ledgers.DEADLINE;
import static io.detour.ops.ledger.Ledgers.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Judgement.Verdict;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.server.account.UseJournal;
import io.detour.server.decide.RecordedLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private final MovingClock clock = new MovingClock();

  @TempDir private Path folder;

  private LedgerUrl url() {
    return Ledgers.sqlite(folder.resolve("new").resolve("state"));
  }

  @Test
  void aCloseWritesEverythingWithoutWaitingForTheNextTurn() {
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = new Ledger(options, clock, Ledgers.LAZY, Ledgers.PENDING)) {
      ledger.rulesInForce(List.of("erp"));
      ledger.used(
          new UseJournal.Use(
              "erp", "a.old", "10.0.0.1", "jo", "curl/8", "a.new:443", clock.second()));
      ledger.relayed("erp", "a.old", "10.0.0.1", 3, 4_000_000_000L);
    }

    UseReport use = Ledgers.report(url(), clock.instant(), "erp").entries().getFirst();
    assertThat(use)
        .isEqualTo(
            new UseReport(
                "erp",
                null,
                "a.old",
                "10.0.0.1",
                1,
                "jo",
                "curl/8",
                "a.new:443",
                MovingClock.START,
                MovingClock.START,
                1,
                3,
                4_000_000_000L));
  }

  @Test
  void rowsSurviveARestartAndGrow() {
    for (int run = 0; run < 3; run++) {
      try (Ledger ledger = Ledgers.open(url(), clock)) {
        ledger.used(use("erp", "a.old", "c", clock.second()));
        ledger.used(use("erp", "b.old", "c", clock.second()));
      }
      clock.move(Duration.ofDays(1));
    }

    assertThat(Ledgers.requests(url())).isEqualTo(Map.of("erp a.old c", 3L, "erp b.old c", 3L));
    assertThat(Ledgers.number(url(), "SELECT count(*) FROM detour_schema_history"))
        .as("migrations that were done, and not done again")
        .isEqualTo(1);
  }

  @Test
  void timesOnlyWidenWhateverTheClocksSay() {
    long day = 86_400;
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.used(use("erp", "a.old", "c", MovingClock.START));
      Ledgers.awaitWritten(ledger);
      ledger.used(use("erp", "a.old", "c", MovingClock.START - day));
      Ledgers.awaitWritten(ledger);
      ledger.used(use("erp", "a.old", "c", MovingClock.START + day));
      Ledgers.awaitWritten(ledger);
      ledger.used(use("erp", "a.old", "c", MovingClock.START));
    }

    UseReport use = Ledgers.report(url(), clock.instant(), "erp").entries().getFirst();
    assertThat(use.firstSeen()).isEqualTo(MovingClock.START - day);
    assertThat(use.lastSeen()).isEqualTo(MovingClock.START + day);
    assertThat(use.requests()).isEqualTo(4);
  }

  @Test
  void theLastUserIsThatOfTheLatestRequestAlsoIfItIsWrittenFirst() {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.used(new UseJournal.Use("r", "h", "c", "late", "b", "t2", MovingClock.START + 5));
      Ledgers.awaitWritten(ledger);
      ledger.used(new UseJournal.Use("r", "h", "c", "early", "a", "t1", MovingClock.START));
      clock.move(Duration.ofHours(1));
      ledger.relayed("r", "h", "c", 1, 1);
      Ledgers.awaitWritten(ledger);
    }

    UseReport use = Ledgers.report(url(), clock.instant(), "r").entries().getFirst();
    assertThat(use.user()).isEqualTo("late");
    assertThat(use.userAgent()).isEqualTo("b");
    assertThat(use.target()).isEqualTo("t2");
    assertThat(use.lastSeen()).as("bytes are a use").isEqualTo(clock.second());
  }

  @Test
  void hostileTextIsKeptWithoutItsNulsAndHalvesOfCharacters() {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.used(
          new UseJournal.Use(
              "r", "h\0\ud800", "c", "u'; DROP TABLE legacy_use; --", "\0", null, clock.second()));
      ledger.used(
          new UseJournal.Use(
              "r", "h\ufffd\ufffd", "c", null, "x".repeat(5000), null, clock.second() + 1));
    }

    UseReport use = Ledgers.report(url(), clock.instant(), "r").entries().getFirst();
    assertThat(use.host()).isEqualTo("h\ufffd\ufffd");
    assertThat(use.requests()).isEqualTo(2);
    assertThat(use.userAgent()).isEqualTo("x".repeat(256));
  }

  @Test
  void onlyTheOwnerMayReadIt() throws Exception {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.used(use("erp", "a.old", "c", clock.second()));
      Ledgers.awaitWritten(ledger);

      Path state = folder.resolve("new").resolve("state");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
          .isEqualTo("rwx------");
      try (var files = Files.list(state)) {
        assertThat(files)
            .hasSizeGreaterThan(1)
            .allSatisfy(
                file ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void twoLedgersOfOneFileAddUp() throws Exception {
    int uses = 20_000;
    try (Ledger one = Ledgers.open(url(), clock);
        Ledger other = Ledgers.open(url(), clock)) {
      CountDownLatch done = new CountDownLatch(4);
      for (Ledger ledger : List.of(one, other, one, other)) {
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < uses; i++) {
                    ledger.used(use("erp", "h" + i % 7, "c", MovingClock.START + i));
                    ledger.relayed("erp", "h" + i % 7, "c", 1, 2);
                  }
                  done.countDown();
                });
      }
      assertThat(done.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    RuleReport rule = Ledgers.rule(url(), clock.instant(), "erp");
    assertThat(rule.requests()).isEqualTo(4L * uses);
    assertThat(rule.upstreamBytes()).isEqualTo(4L * uses);
    assertThat(rule.downstreamBytes()).isEqualTo(8L * uses);
    assertThat(rule.hosts()).isEqualTo(7);
  }

  @Test
  void whatCannotBeOpenedIsSaidOnceAndOpenedWhenItCan() throws Exception {
    LedgerUrl url = Ledgers.sqlite(folder);
    Path file = Files.writeString(folder.resolve("ledger.db"), "no database ".repeat(1000));
    try (RecordedLog log = RecordedLog.of(Ledger.class);
        Ledger ledger = Ledgers.open(url, clock)) {
      ledger.used(use("erp", "a.old", "c", clock.second()));
      await().atMost(DEADLINE).until(() -> ledger.writes(Ledger.Write.FAILURE) > 3);
      assertThat(ledger.isUp()).isFalse();
      assertThat(ledger.queueEntries()).isEqualTo(1);
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("WARN ledger " + url + ": cannot be written: ");

      Files.delete(file);
      await().atMost(DEADLINE).until(ledger::isUp);
      Ledgers.awaitWritten(ledger);
      assertThat(log.lines())
          .last()
          .asString()
          .startsWith("INFO ledger " + url + ": written again");
      assertThat(ledger.lastWriteSecond()).isEqualTo(clock.second());
    }

    assertThat(Ledgers.requests(url)).containsEntry("erp a.old c", 1L);
  }

  @Test
  void aFileThatIsTakenAwayIsMadeAgainAndItsRulesAreNotTakenForObserved() throws Exception {
    LedgerUrl url = Ledgers.sqlite(folder);
    try (Ledger ledger = Ledgers.open(url, clock)) {
      ledger.rulesInForce(List.of("erp"));
      ledger.used(use("erp", "a.old", "c", clock.second()));
      Ledgers.awaitWritten(ledger);
      clock.move(Duration.ofDays(40));
      Ledgers.awaitWritten(ledger);
      for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
        Files.deleteIfExists(folder.resolve(name));
      }
      await().atMost(DEADLINE).until(() -> Files.exists(folder.resolve("ledger.db")));
      Ledgers.awaitWritten(ledger);
    }

    RuleReport rule = Ledgers.rule(url, clock.instant(), "erp");
    assertThat(rule.judgement().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(rule.judgement().observedSince()).isEqualTo(clock.second());
  }

  @Test
  void withoutALedgerNothingIsKept() {
    try (Ledger ledger = Ledger.off()) {
      ledger.rulesInForce(List.of("erp"));
      ledger.used(use("erp", "a.old", "c", 1));
      ledger.relayed("erp", "a.old", "c", 1, 1);
      ledger.certificate(new CertificateFinding("erp", "t", 1, null, null, null));

      assertThat(ledger.isOn()).isFalse();
      assertThat(ledger.queueEntries()).isZero();
      assertThat(ledger.isUp()).isFalse();
    }
  }

  @Test
  void theWorstCertificateOfARuleIsTold() {
    long now = clock.second();
    CertificateFinding good = new CertificateFinding("r", "a:443", now, now + 9, true, null);
    CertificateFinding soon = new CertificateFinding("r", "b:443", now, now + 5, true, null);
    CertificateFinding wrong = new CertificateFinding("r", "c:443", now, now + 7, false, null);
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of("r"));
      ledger.certificate(wrong);
      ledger.certificate(good);
      ledger.certificate(soon);
      Ledgers.awaitWritten(ledger);
      assertThat(Ledgers.rule(url(), clock.instant(), "r").certificate()).isEqualTo(wrong);

      ledger.certificate(new CertificateFinding("r", "c:443", now - 1, now + 7, true, null));
      Ledgers.awaitWritten(ledger);
      assertThat(Ledgers.rule(url(), clock.instant(), "r").certificate())
          .as("an older check changes nothing")
          .isEqualTo(wrong);

      ledger.certificate(new CertificateFinding("r", "c:443", now + 1, null, null, null));
      Ledgers.awaitWritten(ledger);
      assertThat(Ledgers.rule(url(), clock.instant(), "r").certificate()).isEqualTo(soon);
    }
  }
}
