package io.detour.ops.ledger;

import static io.detour.ops.ledger.Ledgers.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Judgement.Verdict;
import io.detour.ops.ledger.Report.RuleReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a verdict says after a history of starts, stops and reloads. */
class ObservationTest {
  private final MovingClock clock = new MovingClock();

  @TempDir private Path folder;

  private LedgerUrl url() {
    return Ledgers.sqlite(folder);
  }

  private Verdict verdict(String rule) {
    return Ledgers.rule(url(), clock.instant(), rule).judgement().verdict();
  }

  /** A Detour that runs for a time and is stopped in order. */
  private void run(Duration time, String... rules) {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of(rules));
      clock.move(time);
    }
  }

  @Test
  void aRuleIsSafeToRemoveAfterThirtyDaysOfObservation() {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of("erp"));
      clock.move(Duration.ofDays(30).minusSeconds(1));
      Ledgers.awaitWritten(ledger);
      assertThat(verdict("erp")).isEqualTo(Verdict.UNKNOWN);

      clock.move(Duration.ofSeconds(1));
      assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
      ledger.used(use("erp", "h", "c", clock.second()));
      Ledgers.awaitWritten(ledger);
      assertThat(verdict("erp")).isEqualTo(Verdict.IN_USE);

      clock.move(Duration.ofDays(30).plusSeconds(1));
      Ledgers.awaitWritten(ledger);
      assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
    }
  }

  @Test
  void shortRestartsAreNoInterruption() {
    for (int day = 0; day < 31; day++) {
      run(Duration.ofDays(1), "erp");
      clock.move(Duration.ofMinutes(5));
    }

    assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
    assertThat(Ledgers.number(url(), "SELECT count(*) FROM rule_span"))
        .as("the spans of runs that have ended are joined; the last two may not be yet")
        .isLessThanOrEqualTo(2);
  }

  @Test
  void aStopOfMoreThanFiveMinutesIsAnInterruption() {
    run(Duration.ofDays(20), "erp");
    clock.move(Duration.ofSeconds(301));
    run(Duration.ofDays(20), "erp");

    RuleReport rule = Ledgers.rule(url(), clock.instant(), "erp");
    assertThat(rule.judgement().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(rule.judgement().observedSince())
        .isEqualTo(MovingClock.START + Duration.ofDays(20).toSeconds() + 301);
    assertThat(rule.judgement().observedSeconds()).isEqualTo(Duration.ofDays(30).toSeconds() - 301);
  }

  @Test
  void aRuleUnderANewNameBeginsAnew() {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of("erp"));
      ledger.used(use("erp", "h", "c", clock.second()));
      clock.move(Duration.ofDays(31));
      ledger.rulesInForce(List.of("erp-2"));
      clock.move(Duration.ofDays(1));
    }

    assertThat(verdict("erp-2")).isEqualTo(Verdict.UNKNOWN);
    RuleReport old = Ledgers.report(url(), clock.instant(), "erp-2").rules().getLast();
    assertThat(old.name()).isEqualTo("erp");
    assertThat(old.inForce()).isFalse();
    assertThat(old.requests()).isEqualTo(1);
    assertThat(old.judgement().verdict())
        .as("nobody has looked for a day")
        .isEqualTo(Verdict.QUIET);
  }

  @Test
  void aRuleThatWasAwayForAWhileIsInterrupted() {
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of("erp", "wiki"));
      clock.move(Duration.ofDays(20));
      ledger.rulesInForce(List.of());
      clock.move(Duration.ofMinutes(4));
      ledger.rulesInForce(List.of("wiki"));
      clock.move(Duration.ofMinutes(4));
      ledger.rulesInForce(List.of("wiki", "erp"));
      clock.move(Duration.ofDays(20));
    }

    assertThat(verdict("wiki")).isEqualTo(Verdict.SAFE_TO_REMOVE);
    assertThat(verdict("erp")).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void itIsEnoughIfOneOfTwoObserves() {
    try (Ledger one = Ledgers.open(url(), clock);
        Ledger other = Ledgers.open(url(), clock)) {
      one.rulesInForce(List.of("erp"));
      clock.move(Duration.ofDays(16));
      other.rulesInForce(List.of("erp"));
      clock.move(Duration.ofDays(1));
      one.rulesInForce(List.of());
      clock.move(Duration.ofDays(16));
    }

    assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
  }

  @Test
  void aCloseGoesOnUntilItIsWrittenWhichRulesWereObserved() throws Exception {
    Path inTheWay = Files.createDirectory(folder.resolve("ledger.db"));
    Ledger ledger = Ledgers.open(url(), clock);
    ledger.rulesInForce(List.of("erp"));
    clock.move(Duration.ofDays(31));

    CompletableFuture<Void> closed = CompletableFuture.runAsync(ledger::close);
    await().pollDelay(Duration.ofMillis(300)).until(() -> !closed.isDone());
    Files.delete(inTheWay);
    closed.get(Ledgers.DEADLINE.toSeconds(), TimeUnit.SECONDS);

    assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
  }

  @Test
  void aCloseGoesOnUntilTheLastCheckOfACertificateIsWritten() throws Exception {
    Path inTheWay = Files.createDirectory(folder.resolve("ledger.db"));
    Ledger ledger = Ledgers.open(url(), clock);
    ledger.certificate(new CertificateFinding("erp", "t:443", clock.second(), null, null, "no"));

    CompletableFuture<Void> closed = CompletableFuture.runAsync(ledger::close);
    await().pollDelay(Duration.ofMillis(300)).until(() -> !closed.isDone());
    Files.delete(inTheWay);
    closed.get(Ledgers.DEADLINE.toSeconds(), TimeUnit.SECONDS);

    assertThat(Ledgers.text(url(), "SELECT problem FROM target_certificate")).isEqualTo("no");
  }

  @Test
  void aRunThatWasTakenForDeadGoesOnWithItsSpans() {
    LedgerOptions options = LedgerOptions.defaults().withUrl(url());
    try (Ledger silent = new Ledger(options, clock, Ledgers.LAZY, Ledgers.PENDING)) {
      silent.rulesInForce(List.of("erp"));
      await().atMost(Ledgers.DEADLINE).until(() -> silent.lastWriteSecond() != 0);
      clock.move(Duration.ofDays(15));
      run(Duration.ofSeconds(1));
      assertThat(Ledgers.number(url(), "SELECT count(*) FROM detour_run WHERE ended = 1"))
          .as("both have ended, as far as the second knows")
          .isEqualTo(2);
      clock.move(Duration.ofDays(16));
    }

    assertThat(verdict("erp")).isEqualTo(Verdict.SAFE_TO_REMOVE);
    assertThat(Ledgers.number(url(), "SELECT count(*) FROM detour_run")).isEqualTo(3);
  }

  @Test
  void aClockThatWasSetBackMakesNothingSafe() {
    run(Duration.ofDays(60), "erp");
    clock.move(Duration.ofDays(-10));
    run(Duration.ofSeconds(1), "erp");

    assertThat(verdict("erp")).as("until now it was observed").isEqualTo(Verdict.SAFE_TO_REMOVE);
    clock.move(Duration.ofDays(10));
    assertThat(verdict("erp"))
        .as("nobody has looked in the time that came again")
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aHeartbeatTouchesNoSpan() {
    String[] rules = IntStream.range(0, 10_000).mapToObj(i -> "rule-" + i).toArray(String[]::new);
    try (Ledger ledger = Ledgers.open(url(), clock)) {
      ledger.rulesInForce(List.of(rules));
      Ledgers.awaitWritten(ledger);
      clock.move(Duration.ofDays(31));
      Ledgers.awaitWritten(ledger);

      assertThat(Ledgers.number(url(), "SELECT count(*) FROM rule_span WHERE span_end IS NULL"))
          .isEqualTo(10_000);
      assertThat(verdict("rule-9999")).isEqualTo(Verdict.SAFE_TO_REMOVE);
    }
  }
}
