package io.detour.ops.ledger;

import static io.detour.ops.ledger.Ledgers.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.ops.ledger.Ledger.Folded;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.server.account.UseJournal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerBoundsTest {
  private static final Duration RETENTION = Duration.ofDays(400);

  private final MovingClock clock = new MovingClock();

  @TempDir private Path folder;

  private LedgerUrl url() {
    return Ledgers.sqlite(folder);
  }

  private LedgerOptions atMost(int entries) {
    return new LedgerOptions(url(), RETENTION, entries);
  }

  @Test
  void whatDoesNotFitMemoryLosesHostAndClientButNotItsCount() {
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = new Ledger(options, clock, Ledgers.LAZY, 2)) {
      for (int i = 0; i < 5; i++) {
        ledger.used(use("a", "h" + i, "c", clock.second()));
      }
      ledger.used(use("b", "h", "c", clock.second() + 7));
      ledger.used(use("a", "h0", "c", clock.second()));
      ledger.relayed("b", "h", "c", 10, 20);

      assertThat(ledger.foldedUses(Folded.QUEUE)).isEqualTo(4);
      assertThat(ledger.queueEntries()).as("two rows, and one for each rule").isEqualTo(4);
      assertThat(ledger.queueLimit()).as("two, and one without a rule").isEqualTo(3);
    }

    assertThat(Ledgers.requests(url()))
        .isEqualTo(
            Map.of("a h0 c", 2L, "a h1 c", 1L, "a (other) (other)", 3L, "b (other) (other)", 1L));
    RuleReport b = Ledgers.rule(url(), clock.instant(), "b");
    assertThat(b.lastSeen()).isEqualTo(clock.second() + 7);
    assertThat(b.downstreamBytes()).isEqualTo(20);
    assertThat(b.hosts()).as("that are known").isZero();
  }

  @Test
  void namesWithoutARuleAreFoldedBySuffix() {
    String group = UseJournal.groupOfZone("old.test");
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = new Ledger(options, clock, Ledgers.LAZY, 1)) {
      for (int i = 0; i < 5; i++) {
        ledger.used(use(group, "h" + i + ".old.test", "c", clock.second() + i));
      }
      ledger.used(use(UseJournal.groupOfZone("b.test"), "x.b.test", "c", clock.second()));
      ledger.relayed(group, "h4.old.test", "c", 10, 20);

      assertThat(ledger.foldedUses(Folded.QUEUE)).isEqualTo(5);
      assertThat(ledger.queueEntries()).as("a row, and one for each suffix").isEqualTo(3);
    }

    assertThat(Ledgers.requests(url()))
        .isEqualTo(
            Map.of(
                "suffix old.test h0.old.test c", 1L,
                "suffix old.test (other) (other)", 4L,
                "suffix b.test (other) (other)", 1L));
    Report report = Ledgers.report(url(), clock.instant());
    assertThat(report.rules()).as("there is no verdict on them").isEmpty();
    assertThat(report.unmatched())
        .contains(
            new UnmatchedReport("old.test", clock.second(), clock.second() + 4, 5, 10, 20, 1, 1));
  }

  @Test
  void namesAskedForAtRandomTakeNoRoomInMemoryFromRules() {
    String group = UseJournal.groupOfZone("old.test");
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = new Ledger(options, clock, Ledgers.LAZY, 40)) {
      for (int i = 0; i < 20; i++) {
        ledger.used(use("erp", "before" + i, "c", clock.second()));
      }
      for (int i = 0; i < 1000; i++) {
        ledger.used(use(group, "random" + i + ".old.test", "scanner", clock.second()));
      }
      for (int i = 0; i < 20; i++) {
        ledger.used(use("erp", "after" + i, "c", clock.second()));
      }
      assertThat(ledger.queueEntries()).as("forty, ten, and one for the suffix").isEqualTo(51);
      assertThat(ledger.foldedUses(Folded.QUEUE)).isEqualTo(990);
    }

    assertThat(Ledgers.rule(url(), clock.instant(), "erp").hosts()).isEqualTo(40);
    assertThat(Ledgers.requests(url()))
        .hasSize(51)
        .containsEntry("suffix old.test (other) (other)", 990L)
        .doesNotContainKey("erp (other) (other)");
  }

  @Test
  void rulesTakeNoRoomInMemoryFromNamesWithoutOne() {
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = new Ledger(options, clock, Ledgers.LAZY, 4)) {
      for (int i = 0; i < 9; i++) {
        ledger.used(use("erp", "h" + i, "c", clock.second()));
      }
      ledger.used(use(UseJournal.groupOfZone("old.test"), "a.old.test", "c", clock.second()));
    }
    assertThat(Ledgers.requests(url())).containsEntry("suffix old.test a.old.test c", 1L);
  }

  @Test
  void namesAskedForAtRandomFoldNoRowsOfRulesInTheTable() {
    foldsOnlyNamesWithoutARule(url(), clock);
  }

  /** More random names than any bound, after and before rows of a rule. */
  static void foldsOnlyNamesWithoutARule(LedgerUrl url, MovingClock clock) {
    int rulesRows = 10;
    int names = 3 * Ledgers.PENDING;
    LedgerOptions few = new LedgerOptions(url, RETENTION, 40);
    try (Ledger ledger = Ledgers.open(few, clock)) {
      for (int i = 0; i < rulesRows; i++) {
        ledger.used(use("erp", "before" + i, "c", clock.second()));
      }
      Ledgers.awaitWritten(ledger);
      clock.move(Duration.ofSeconds(10));
      for (int i = 0; i < names; i++) {
        ledger.used(
            use(UseJournal.groupOfZone("old.test"), "r" + i + ".old.test", "c", clock.second()));
        ledger.relayed(UseJournal.groupOfZone("old.test"), "r" + i + ".old.test", "c", 1, 2);
      }
      for (int i = 0; i < rulesRows; i++) {
        ledger.used(use("erp", "after" + i, "c", clock.second()));
      }
      await().atMost(Ledgers.DEADLINE).until(() -> ledger.queueEntries() == 0);
      await().atMost(Ledgers.DEADLINE).until(() -> ledger.entries() == few.maxEntries());
    }

    RuleReport erp = Ledgers.rule(url, clock.instant(), "erp");
    assertThat(erp.hosts()).as("each of its rows").isEqualTo(2L * rulesRows);
    assertThat(Ledgers.requests(url)).doesNotContainKey("erp (other) (other)");
    UnmatchedReport folded = Ledgers.report(url, clock.instant()).unmatched().getFirst();
    assertThat(folded.requests()).as("each is counted").isEqualTo(names);
    assertThat(folded.downstreamBytes()).isEqualTo(2L * names);
    assertThat(folded.hosts()).isEqualTo(few.maxEntries() - 2 * rulesRows - 1);
  }

  @Test
  void namesWithoutARuleGoWithTheirAge() {
    String group = UseJournal.groupOfZone("old.test");
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.used(use(group, "h.old.test", "c", clock.second()));
    }
    clock.move(Duration.ofDays(31));
    assertThat(Ledgers.report(url(), clock.instant()).unmatched())
        .as("of the last thirty days")
        .isEmpty();

    clock.move(RETENTION);
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      Ledgers.awaitWritten(ledger);
    }
    assertThat(Ledgers.report(url(), clock.instant()).rules()).isEmpty();
    assertThat(Ledgers.requests(url())).isEmpty();
  }

  @Test
  void roomInMemoryComesBackWhenRowsAreWritten() {
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger ledger = Ledgers.open(options, clock)) {
      for (int i = 0; i < 3 * Ledgers.PENDING; i++) {
        ledger.used(use("a", "h" + i, "c", clock.second()));
        if (i % Ledgers.PENDING == 0) {
          Ledgers.awaitWritten(ledger);
        }
      }
      Ledgers.awaitWritten(ledger);
      assertThat(ledger.queueEntries()).isZero();
      assertThat(ledger.foldedUses(Folded.QUEUE)).isZero();
    }

    assertThat(Ledgers.rule(url(), clock.instant(), "a").hosts()).isEqualTo(3 * Ledgers.PENDING);
  }

  @Test
  void theRowsThatWereSeenLastTheLongestAgoAreFolded() {
    try (Ledger ledger = Ledgers.open(atMost(4), clock)) {
      for (int i = 0; i < 10; i++) {
        String rule = i < 5 ? "a" : "b";
        ledger.used(use(rule, "h" + i, "c", clock.second() + i));
        ledger.relayed(rule, "h" + i, "c", 1, 2);
        clock.move(Duration.ofSeconds(1));
      }
      Ledgers.awaitWritten(ledger);
      Ledgers.awaitWritten(ledger);

      assertThat(ledger.foldedUses(Folded.TABLE)).isEqualTo(8);
      assertThat(ledger.entries()).isEqualTo(4);
    }

    assertThat(Ledgers.requests(url()))
        .isEqualTo(
            Map.of("a (other) (other)", 5L, "b (other) (other)", 3L, "b h8 c", 1L, "b h9 c", 1L));
    RuleReport a = Ledgers.rule(url(), clock.instant(), "a");
    assertThat(a.requests()).isEqualTo(5);
    assertThat(a.upstreamBytes()).isEqualTo(5);
    assertThat(a.downstreamBytes()).isEqualTo(10);
    assertThat(a.firstSeen()).isEqualTo(MovingClock.START);
    assertThat(a.lastSeen()).isEqualTo(MovingClock.START + 8);
  }

  @Test
  void moreRulesThanRowsAreNoReasonToFoldForEver() {
    try (Ledger ledger = Ledgers.open(atMost(1), clock)) {
      for (int i = 0; i < 5; i++) {
        ledger.used(use("r" + i, "h", "c", clock.second()));
      }
      Ledgers.awaitWritten(ledger);
      Ledgers.awaitWritten(ledger);
      assertThat(ledger.entries()).isEqualTo(5);
    }
    assertThat(Ledgers.requests(url())).hasSize(5).containsEntry("r3 (other) (other)", 1L);
  }

  @Test
  void oldRowsAreRemovedAndWhenTheirRuleWasUsedIsKept() {
    long old = clock.second() - RETENTION.toSeconds();
    try (Ledger ledger = Ledgers.open(atMost(100), clock)) {
      ledger.used(use("erp", "old", "c", old - 1));
      ledger.used(use("erp", "edge", "c", old));
      ledger.used(use("gone", "h", "c", old - 7));
      Ledgers.awaitWritten(ledger);
      Ledgers.awaitWritten(ledger);
    }

    assertThat(Ledgers.requests(url())).containsOnlyKeys("erp edge c");
    RuleReport gone = Ledgers.rule(url(), clock.instant(), "gone");
    assertThat(gone.lastSeen()).isEqualTo(old - 7);
    assertThat(gone.requests()).isZero();
    assertThat(Ledgers.rule(url(), clock.instant(), "erp").firstSeen()).isEqualTo(old - 1);
  }
}
