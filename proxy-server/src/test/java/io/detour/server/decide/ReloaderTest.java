package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.server.files.Fingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReloaderTest {
  private static final long NOW = 1_800_000_000;
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final ScriptedLoader loader = new ScriptedLoader();
  private final RulesInForce rules = new RulesInForce(parsed(rejecting("a", "b")));
  private final RecordedLog log = RecordedLog.of(Reloader.class);
  private final Reloader reloader =
      new Reloader(loader, rules, InstantSource.fixed(Instant.ofEpochSecond(NOW)));

  @AfterEach
  void close() {
    reloader.close();
    log.close();
  }

  @Test
  void goodRulesDecideFromThenOnAndTheLogSaysWhatIsNew() throws Exception {
    loader.accept("b", "c");

    assertThat(reload(Reloader.Trigger.SIGNAL))
        .isEqualTo(new ReloadResult.Replaced(2, "1 added (c), 1 removed (a)", List.of()));

    assertThat(rules.current().rules().rules()).extracting("name").containsExactly("b", "c");
    assertThat(log.lines())
        .containsExactly(
            "INFO rules reloaded (SIGHUP): 2 rules in force: 1 added (c), 1 removed (a)");
    assertThat(reloader.history().successes()).isEqualTo(1);
  }

  @Test
  void rulesThatAreTheSameAreAReloadToo() throws Exception {
    loader.accept("a", "b");

    assertThat(reload(Reloader.Trigger.REQUEST).summary()).isEqualTo("2 rules in force: unchanged");

    assertThat(reloader.history().successes()).isEqualTo(1);
    assertThat(log.lines())
        .containsExactly("INFO rules reloaded (POST /-/reload): 2 rules in force: unchanged");
  }

  @Test
  void whatIsKnownOfTargetsIsForgottenOnlyWhenRulesChange() throws Exception {
    AtomicInteger told = new AtomicInteger();
    rules.whenReplaced(told::incrementAndGet);

    loader.accept("a", "b");
    reload(Reloader.Trigger.SIGNAL);
    assertThat(told).hasValue(0);

    loader.accept("b", "a");
    reload(Reloader.Trigger.SIGNAL);
    assertThat(told).hasValue(1);
  }

  @Test
  @Tag("R02")
  void aProblemChangesNothingAndIsLoggedWithItsPlace() throws Exception {
    loader.refuse(2);

    assertThat(reload(Reloader.Trigger.SIGNAL)).isInstanceOf(ReloadResult.Kept.class);

    assertThat(rules.current().rules().rules()).extracting("name").containsExactly("a", "b");
    assertThat(log.lines())
        .containsExactly(
            "WARN rules.yaml:1:5: line 1 is wrong",
            "WARN rules.yaml:2:5: line 2 is wrong",
            "ERROR rules not reloaded (SIGHUP): 2 problems, the rules in force stay");
  }

  @Test
  @Tag("R02")
  void aThousandProblemsDoNotFillTheLog() throws Exception {
    loader.refuse(1000);
    reload(Reloader.Trigger.SIGNAL);

    assertThat(log.lines()).hasSize(22).contains("WARN and 980 more problems");
  }

  @Test
  @Tag("R02")
  void theHistoryTellsWhetherTheLastReadingWentWell() throws Exception {
    assertThat(reloader.history().isLastSuccessful()).isTrue();
    assertThat(reloader.history().lastSuccess().getEpochSecond()).isEqualTo(NOW);

    loader.refuse(1);
    reload(Reloader.Trigger.SIGNAL);
    assertThat(reloader.history().isLastSuccessful()).isFalse();

    loader.accept("a");
    reload(Reloader.Trigger.SIGNAL);
    assertThat(reloader.history().isLastSuccessful()).isTrue();
    assertThat(reloader.history().failures()).isEqualTo(1);
    assertThat(reloader.history().successes()).isEqualTo(1);
  }

  @Test
  void aBugInReadingIsAFailureAndTheThreadGoesOn() throws Exception {
    loader.fail();
    assertThat(reload(Reloader.Trigger.SIGNAL)).isInstanceOf(ReloadResult.Kept.class);

    loader.accept("z");
    assertThat(reload(Reloader.Trigger.SIGNAL)).isInstanceOf(ReloadResult.Replaced.class);
  }

  @Test
  void whoAsksWhileFilesAreReadGetsTheNextReadingAndSharesItWithOthers() throws Exception {
    CountDownLatch gate = loader.hold();
    CompletableFuture<ReloadResult> first = reloader.reload(Reloader.Trigger.SIGNAL);
    loader.awaitBegun();
    List<CompletableFuture<ReloadResult>> later = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      later.add(reloader.reload(Reloader.Trigger.REQUEST));
    }
    assertThat(first).isNotDone();

    gate.countDown();

    first.get(10, TimeUnit.SECONDS);
    for (CompletableFuture<ReloadResult> each : later) {
      each.get(10, TimeUnit.SECONDS);
    }
    assertThat(loader.reads()).isEqualTo(2);
  }

  @Test
  void filesThatChangeAndComeToRestAreReadOnce() {
    reloader.watch(Duration.ofMillis(20));
    loader.accept("z");
    loader.look(looking(1));

    await().atMost(DEADLINE).until(() -> !log.lines().isEmpty());

    assertThat(log.lines())
        .containsExactly(
            "INFO rules reloaded (files changed): 1 rule in force: 1 added (z), 2 removed (a, b)");
    assertThat(loader.reads()).isEqualTo(1);
  }

  @Test
  void aSecondWatchEndsTheFirst() {
    reloader.watch(Duration.ofMillis(20));
    reloader.watch(Duration.ofHours(1));
    int before = loader.looks();
    loader.look(looking(1));

    await().atMost(DEADLINE).until(() -> loader.looks() > before + 1);

    assertThat(loader.reads()).isZero();
  }

  @Test
  void filesThatAreGoneAreOneFailureSaidOnceAndTheRulesStay() {
    reloader.watch(Duration.ofMillis(20));
    loader.look(looking(1));
    await().atMost(DEADLINE).until(() -> loader.reads() == 1);

    loader.look(new Fingerprint(Map.of(Path.of("rules.yaml"), new Fingerprint.Look.Absent())));
    await().atMost(DEADLINE).until(() -> log.lines().size() == 2);
    assertThat(reloader.history().isLastSuccessful()).isFalse();
    loader.look(looking(2));
    await().atMost(DEADLINE).until(() -> reloader.history().isLastSuccessful());

    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("ERROR"))
        .containsExactly(
            "ERROR rules not reloaded (files changed): rules.yaml is gone or empty;"
                + " until it is back, no file is read and the rules in force stay");
    assertThat(reloader.history().failures()).isEqualTo(1);
    assertThat(loader.reads()).isEqualTo(2);
  }

  @Test
  void aFileThatComesBackAsItWasIsReadSoThatTheLastReloadIsASuccess() {
    reloader.watch(Duration.ofMillis(20));
    loader.look(looking(1));
    await().atMost(DEADLINE).until(() -> loader.reads() == 1);

    loader.look(new Fingerprint(Map.of(Path.of("rules.yaml"), new Fingerprint.Look.Absent())));
    await().atMost(DEADLINE).until(() -> !reloader.history().isLastSuccessful());
    loader.look(looking(1));

    await().atMost(DEADLINE).until(() -> reloader.history().isLastSuccessful());
    assertThat(loader.reads()).isEqualTo(2);
  }

  @Test
  void anErrorInALookIsOneFailureAndTheWatchGoesOn() {
    reloader.watch(Duration.ofMillis(20));
    loader.breakDown();
    await().atMost(DEADLINE).until(() -> reloader.history().failures() == 1);
    await()
        .atMost(DEADLINE)
        .until(() -> log.lines().contains("ERROR rules: looking at the files failed"));

    loader.look(looking(1));

    await().atMost(DEADLINE).until(() -> reloader.history().isLastSuccessful());
    assertThat(reloader.history().failures()).isEqualTo(1);
  }

  @Test
  void anErrorInReadingIsAFailureThatIsLoggedAndAnswered() throws Exception {
    loader.breakDown();

    assertThat(reload(Reloader.Trigger.SIGNAL)).isInstanceOf(ReloadResult.Kept.class);

    assertThat(reloader.history().failures()).isEqualTo(1);
    assertThat(log.lines()).contains("ERROR rules: reading them failed");
  }

  @Test
  void whatWasReadOnRequestIsNotReadAgainBecauseItChanged() throws Exception {
    loader.look(looking(1));
    reload(Reloader.Trigger.SIGNAL);

    reloader.watch(Duration.ofMillis(10));
    loader.look(looking(2));

    await().atMost(DEADLINE).until(() -> loader.reads() == 2);
    assertThat(log.lines()).hasSize(2);
    assertThat(log.lines().getFirst()).contains("SIGHUP");
    assertThat(log.lines().getLast()).contains("files changed");
  }

  @Test
  void aClosedOneSaysSo() {
    reloader.close();

    assertThatThrownBy(() -> reload(Reloader.Trigger.SIGNAL))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("rules") && thread.isAlive());
  }

  private ReloadResult reload(Reloader.Trigger trigger) throws Exception {
    return reloader.reload(trigger).get(10, TimeUnit.SECONDS);
  }

  private static Fingerprint looking(long changed) {
    return new Fingerprint(
        Map.of(Path.of("rules.yaml"), new Fingerprint.Look.File(1, 2, 3, 4, changed)));
  }
}
