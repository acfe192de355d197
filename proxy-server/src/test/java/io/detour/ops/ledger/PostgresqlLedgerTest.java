package io.detour.ops.ledger;

import static io.detour.ops.ledger.Ledgers.DEADLINE;
import static io.detour.ops.ledger.Ledgers.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Judgement.Verdict;
import io.detour.ops.ledger.Ledger.Folded;
import io.detour.ops.ledger.Ledger.Write;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.server.account.UseJournal;
import io.detour.server.decide.RecordedLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresqlLedgerTest {
  @SuppressWarnings("NullAway.Init") // set before the tests
  private static PostgresqlServer server;

  private final MovingClock clock = new MovingClock();

  @BeforeAll
  static void start() throws Exception {
    server = PostgresqlServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  @Test
  void twoDetoursThatWriteTheSameRowsGiveExactSums() throws Exception {
    PostgresqlUrl url = server.database();
    int uses = 20_000;
    try (Ledger one = Ledgers.open(url, clock);
        Ledger other = Ledgers.open(url, clock)) {
      CountDownLatch done = new CountDownLatch(4);
      List<Ledger> ledgers = List.of(one, other, one, other);
      for (int thread = 0; thread < 4; thread++) {
        Ledger ledger = ledgers.get(thread);
        boolean backwards = thread % 2 == 0;
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < uses; i++) {
                    int host = (backwards ? uses - i : i) % 211;
                    ledger.used(use("r" + i % 3, "h" + host, "c", MovingClock.START + i));
                    ledger.relayed("r" + i % 3, "h" + host, "c", 1, 2);
                  }
                  done.countDown();
                });
      }
      assertThat(done.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(one.writes(Write.FAILURE) + other.writes(Write.FAILURE))
          .as("deadlocks and the like")
          .isZero();
    }

    Report report = Ledgers.report(url, clock.instant());
    assertThat(report.ledger()).isEqualTo("postgresql");
    assertThat(report.rules().stream().mapToLong(RuleReport::requests).sum()).isEqualTo(4L * uses);
    assertThat(report.rules().stream().mapToLong(RuleReport::downstreamBytes).sum())
        .isEqualTo(8L * uses);
    assertThat(Ledgers.number(url, "SELECT count(*) FROM detour_run WHERE ended = 1")).isEqualTo(2);
  }

  @Test
  void twoDetoursThatFoldTheSameTableLoseNoCount() throws Exception {
    PostgresqlUrl url = server.database();
    LedgerOptions options = new LedgerOptions(url, Duration.ofDays(400), 50);
    try (Ledger one = Ledgers.open(options, clock);
        Ledger other = Ledgers.open(options, clock)) {
      for (int i = 0; i < 3000; i++) {
        (i % 2 == 0 ? one : other).used(use("r" + i % 3, "h" + i, "c", MovingClock.START + i));
        if (i % 500 == 0) {
          Ledgers.awaitWritten(one);
        }
      }
      // Of the one that is not waited for, some may be folded before they are written.
      await("all but the newest are folded")
          .atMost(DEADLINE)
          .untilAsserted(
              () -> assertThat(folded(one) + folded(other)).isGreaterThanOrEqualTo(2950));
    }

    Report report = Ledgers.report(url, clock.instant());
    assertThat(report.entriesTotal()).isLessThanOrEqualTo(53);
    assertThat(report.rules().stream().mapToLong(RuleReport::requests).sum()).isEqualTo(3000);
  }

  private static long folded(Ledger ledger) {
    return ledger.foldedUses(Folded.TABLE) + ledger.foldedUses(Folded.QUEUE);
  }

  @Test
  void aServerThatIsKilledAndComesBackHasEverything() throws Exception {
    PostgresqlUrl url = server.database();
    try (RecordedLog log = RecordedLog.of(Ledger.class);
        Ledger ledger = Ledgers.open(url, clock)) {
      ledger.rulesInForce(List.of("erp"));
      for (int i = 0; i < 500; i++) {
        ledger.used(use("erp", "h" + i % 9, "c", MovingClock.START + i));
      }
      Ledgers.awaitWritten(ledger);
      server.kill();
      for (int i = 0; i < 500; i++) {
        ledger.used(use("erp", "h" + i % 9, "c", MovingClock.START + i));
      }
      await().atMost(DEADLINE).until(() -> ledger.writes(Write.FAILURE) > 2);
      assertThat(ledger.isUp()).isFalse();
      assertThat(ledger.queueEntries()).isEqualTo(9);

      server.resume();
      await().atMost(DEADLINE).until(() -> ledger.isUp() && ledger.queueEntries() == 0);
      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().toString())
          .contains("WARN ledger " + url)
          .contains("INFO ledger " + url + ": written again, after ")
          .doesNotContain("s3cr");
    }

    assertThat(Ledgers.rule(url, clock.instant(), "erp").requests()).isEqualTo(1000);
  }

  @Test
  void aServerThatIsDeadAtTheStartGetsEverythingWhenItComes() throws Exception {
    PostgresqlUrl url = server.database();
    server.kill();
    try (Ledger ledger = Ledgers.open(url, clock)) {
      ledger.rulesInForce(List.of("erp"));
      ledger.used(use("erp", "h", "c", MovingClock.START));
      await().atMost(DEADLINE).until(() -> ledger.writes(Write.FAILURE) > 2);
      server.resume();
      await().atMost(DEADLINE).until(() -> ledger.isUp() && ledger.queueEntries() == 0);
      assertThat(Ledgers.rule(url, clock.instant(), "erp").judgement().observedSince())
          .isEqualTo(MovingClock.START);
    }

    assertThat(Ledgers.requests(url)).containsEntry("erp h c", 1L);
  }

  @Test
  void anEncodingThatCannotHoldEveryTextIsRefused() throws Exception {
    PostgresqlUrl url = server.database("ENCODING 'LATIN1' LOCALE 'C'");
    try (RecordedLog log = RecordedLog.of(Ledger.class);
        Ledger ledger = Ledgers.open(url, clock)) {
      await().atMost(DEADLINE).until(() -> ledger.writes(Write.FAILURE) > 0);
      assertThat(log.lines().getFirst())
          .contains("the database has the encoding LATIN1 (expected: UTF8)");
    }
  }

  @Test
  void hostileTextDoesNotKeepItsBatchFromBeingWritten() throws Exception {
    PostgresqlUrl url = server.database();
    try (Ledger ledger = Ledgers.open(url, clock)) {
      ledger.used(
          new UseJournal.Use(
              "r", "h\0", "c", "\0\ud800", "'; DROP TABLE detour_run; --", "", clock.second()));
      ledger.used(use("r", "\udc00", "c", clock.second()));
    }

    assertThat(Ledgers.report(url, clock.instant()).entriesTotal()).isEqualTo(2);
  }

  @Test
  void retentionAndSpansAreKeptAsInSqlite() throws Exception {
    PostgresqlUrl url = server.database();
    for (int run = 0; run < 3; run++) {
      try (Ledger ledger = Ledgers.open(url, clock)) {
        ledger.rulesInForce(List.of("erp"));
        ledger.used(use("erp", "old", "c", clock.second() - Duration.ofDays(401).toSeconds()));
        ledger.certificate(new CertificateFinding("erp", "t:443", clock.second(), 7L, false, "no"));
        Ledgers.awaitWritten(ledger);
        Ledgers.awaitWritten(ledger);
        clock.move(Duration.ofDays(16));
      }
    }

    RuleReport rule = Ledgers.rule(url, clock.instant(), "erp");
    assertThat(rule.judgement().verdict()).isEqualTo(Verdict.SAFE_TO_REMOVE);
    assertThat(rule.requests()).isZero();
    assertThat(rule.lastSeen()).isNotNull();
    assertThat(rule.certificate()).isNotNull();
    assertThat(Ledgers.number(url, "SELECT count(*) FROM rule_span")).isLessThanOrEqualTo(2);
  }

  @Test
  void namesWithoutARuleAreFoldedBySuffixAndAddedUpByTheServer() throws Exception {
    PostgresqlUrl url = server.database();
    LedgerOptions few = new LedgerOptions(url, Duration.ofDays(400), 2);
    try (Ledger ledger = Ledgers.open(few, clock);
        Ledger other = Ledgers.open(few, clock)) {
      for (int i = 0; i < 9; i++) {
        ledger.used(use(UseJournal.groupOfZone("old.test"), "h" + i, "c", clock.second() + i));
        other.used(use(UseJournal.groupOfZone("b.test"), "h" + i, "c", clock.second() + i));
      }
      Ledgers.awaitWritten(ledger);
      Ledgers.awaitWritten(other);
    }

    assertThat(Ledgers.report(url, clock.instant()).rules()).isEmpty();
    assertThat(Ledgers.report(url, clock.instant()).unmatched())
        .extracting(UnmatchedReport::suffix, UnmatchedReport::requests)
        .containsExactly(tuple("b.test", 9L), tuple("old.test", 9L));
    assertThat(Ledgers.number(url, "SELECT count(*) FROM legacy_use")).isLessThan(9);
  }

  @Test
  void namesAskedForAtRandomFoldNoRowsOfRules() throws Exception {
    LedgerBoundsTest.foldsOnlyNamesWithoutARule(server.database(), clock);
  }

  @Test
  void aWrongPasswordIsAProblemThatShowsNone() throws Exception {
    PostgresqlUrl right = server.database();
    PostgresqlUrl wrong =
        new PostgresqlUrl(right.hosts(), right.database(), "", "detour:not-this-secret");

    assertThatThrownBy(() -> LedgerReading.open(wrong))
        .isInstanceOfSatisfying(
            SQLException.class,
            unreadable ->
                assertThat(LedgerReading.problem(wrong, unreadable))
                    .startsWith("ledger jdbc:postgresql://***@127.0.0.1:")
                    .contains("authentication")
                    .doesNotContain("not-this-secret"));
  }

  @Test
  void hostsAreAddedUpByTheServer() throws Exception {
    PostgresqlUrl url = server.database();
    try (Ledger ledger = Ledgers.open(url, clock)) {
      ledger.used(new UseJournal.Use("r", "h", "c1", "old", null, null, clock.second()));
      ledger.used(new UseJournal.Use("r", "h", "c2", "new", null, null, clock.second() + 1));
    }

    ReportQuery query = new ReportQuery(Duration.ofDays(30), clock.instant(), false, null);
    try (LedgerReading reading = LedgerReading.open(url)) {
      List<UseReport> uses = new ArrayList<>();
      reading.uses(query, reading.rules(query), LedgerReading.Order.HOST, 10, uses::add);
      assertThat(uses)
          .containsExactly(
              new UseReport(
                  "r",
                  null,
                  "h",
                  null,
                  2,
                  "new",
                  null,
                  null,
                  clock.second(),
                  clock.second() + 1,
                  2,
                  0,
                  0));
    }
  }
}
