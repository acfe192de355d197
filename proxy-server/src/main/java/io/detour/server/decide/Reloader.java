package io.detour.server.decide;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.ChangeWatch;
import io.detour.server.files.FileWatch;
import io.detour.server.files.Fingerprint;
import io.detour.server.files.WatchedFiles;
import io.detour.server.log.LogOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the rules again and puts them in force, on the thread {@code rules}: when somebody asks,
 * and when the files have changed. Rules with a problem change nothing. Who asks has the other
 * watched files read as well, and a reload is successful if no file has a problem.
 *
 * <p>Any thread may ask, and none ever waits here.
 */
public final class Reloader implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Reloader.class);

  /** Files are looked at twice in the time for which they have to be at rest, up to this. */
  private static final Duration MAX_INTERVAL = Duration.ofSeconds(1);

  /** How long a reload waits for the other files, which a file system that is away holds up. */
  private static final int READ_SECONDS = 10;

  private static final int CLOSE_SECONDS = 5;

  private final RuleLoader loader;
  private final RulesInForce rules;
  private final InstantSource clock;
  private final FileWatch files = new FileWatch("rules");
  private final List<WatchedFiles> others = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor thread;

  /** What is wrong with files, by their name. The thread {@code rules} alone. */
  private final Map<String, List<String>> problems = new TreeMap<>();

  /** The thread {@code rules} writes, any thread reads. */
  private volatile History history;

  /** The reload that has been asked for and has not begun. */
  private @Nullable CompletableFuture<ReloadResult> waiting;

  private Future<?> watch = CompletableFuture.completedFuture(null);

  /** Whether the latest look has failed or found files gone. The thread {@code rules} alone. */
  private boolean blocked;

  /**
   * Waits for requests from now on.
   *
   * @param loader has read the rules that are in force; belongs to the reloader from now on
   * @param rules replaced when what is read has no problem
   */
  public Reloader(RuleLoader loader, RulesInForce rules, InstantSource clock) {
    this.loader = loader;
    this.rules = rules;
    this.clock = clock;
    history = new History(0, 0, clock.instant(), null);
    thread =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("rules").unstarted(task));
  }

  /** Watches the files, too, and ends an earlier watch; changed ones must have rested so long. */
  public synchronized void watch(Duration rest) {
    watch.cancel(false);
    ChangeWatch changes = new ChangeWatch(rest);
    Duration half = rest.dividedBy(2);
    long interval = (half.compareTo(MAX_INTERVAL) < 0 ? half : MAX_INTERVAL).toNanos();
    watch =
        thread.scheduleWithFixedDelay(
            () -> files.look(() -> look(changes, System.nanoTime())),
            interval,
            interval,
            TimeUnit.NANOSECONDS);
  }

  /** Reads these with the rules, and counts a reload of them as one of the rules. */
  public void readWith(WatchedFiles files) {
    others.add(files);
    files.whenChanged(
        found -> {
          if (!thread.isShutdown()) {
            thread.execute(() -> note(files.watch().files(), found));
          }
        });
  }

  public History history() {
    return history;
  }

  public FileWatch files() {
    return files;
  }

  /**
   * Reads all files as they are now or a moment later. Requests that come while a reload waits for
   * its turn share it; one that comes while the files are being read gets the next.
   *
   * @return completed on the reloading thread; with a {@link CancellationException} if this is
   *     closed
   */
  public synchronized CompletableFuture<ReloadResult> reload(Trigger trigger) {
    if (thread.isShutdown()) {
      return CompletableFuture.failedFuture(new CancellationException("the server is closed"));
    }
    if (waiting == null) {
      waiting =
          CompletableFuture.supplyAsync(() -> begin(trigger), thread).thenCompose(result -> result);
    }
    return waiting;
  }

  private record Reading(String files, CompletableFuture<Void> done) {}

  private CompletableFuture<ReloadResult> begin(Trigger trigger) {
    synchronized (this) {
      waiting = null;
    }
    List<Reading> readings = others.stream().map(this::beginReading).toList();
    ReloadResult ofRules = files.read(this::readRules);
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            readings.stream().map(Reading::done).toArray(CompletableFuture[]::new));
    return all.isDone()
        ? CompletableFuture.completedFuture(finish(trigger, ofRules, readings))
        : all.completeOnTimeout(null, READ_SECONDS, TimeUnit.SECONDS)
            .thenApplyAsync(done -> finish(trigger, ofRules, readings), thread);
  }

  private Reading beginReading(WatchedFiles files) {
    String name = files.watch().files();
    CompletableFuture<Void> done =
        files
            .readAgain()
            .exceptionally(bug -> List.of(name + ": internal error, see the log"))
            .thenAcceptAsync(
                found -> {
                  boolean late = hanging(name).equals(problems.get(name));
                  set(name, found);
                  if (late) {
                    note(name, found);
                  }
                },
                thread);
    return new Reading(name, done);
  }

  private static List<String> hanging(String files) {
    return List.of(files + ": reading them has not ended within " + READ_SECONDS + " s");
  }

  private ReloadResult finish(Trigger trigger, ReloadResult ofRules, List<Reading> readings) {
    for (Reading reading : readings) {
      if (!reading.done.isDone()) {
        problems.put(reading.files, hanging(reading.files));
      }
    }
    return finish(trigger, ofRules);
  }

  private ReloadResult finish(Trigger trigger, ReloadResult ofRules) {
    switch (ofRules) {
      case ReloadResult.Replaced read -> LogOutput.warnEach(logger, read.warnings(), "warnings");
      case ReloadResult.Kept bad -> LogOutput.warnEach(logger, bad.problems(), "problems");
    }
    ReloadResult.Kept kept = kept(ofRules instanceof ReloadResult.Replaced good ? good : null);
    if (kept == null) {
      history = history.success(clock.instant(), ofRules.summary());
      logger.info("rules reloaded ({}): {}", trigger.text(), ofRules.summary());
      return ofRules;
    }
    history = history.failure(clock.instant(), kept.summary());
    String names = String.join(" and ", kept.files());
    logger.error("{} not reloaded ({}): {}", names, trigger.text(), kept.summary());
    return kept;
  }

  /** What stays because of a problem; null if there is none. */
  private ReloadResult.@Nullable Kept kept(ReloadResult.@Nullable Replaced ofRules) {
    return problems.isEmpty()
        ? null
        : new ReloadResult.Kept(
            problems.values().stream().flatMap(List::stream).toList(),
            List.copyOf(problems.keySet()),
            ofRules);
  }

  private void set(String name, List<String> found) {
    problems.compute(name, (key, before) -> found.isEmpty() ? null : found);
  }

  /** What came of files that were read alone, and has been said by who read them. */
  private void note(String name, List<String> found) {
    set(name, found);
    ReloadResult.Kept kept = kept(null);
    history =
        kept == null
            ? history.success(clock.instant(), name + " reloaded")
            : history.failure(clock.instant(), kept.summary());
  }

  private ReloadResult readRules() {
    blocked = false;
    ReloadResult result = result();
    set(files.files(), result instanceof ReloadResult.Kept kept ? kept.problems() : List.of());
    return result;
  }

  private ReloadResult result() {
    try {
      return switch (loader.read()) {
        case RuleReview.Refused refused ->
            refused(refused.problems().stream().map(Problem::toString).toList());
        case RuleReview.Accepted accepted -> {
          RuleChanges changes = RuleChanges.between(rules.current().rules(), accepted.rules());
          if (changes.isEmpty()) {
            rules.renew(accepted.rules());
          } else {
            rules.replace(accepted.rules());
          }
          yield new ReloadResult.Replaced(
              accepted.rules().rules().size(), changes.toString(), accepted.findings());
        }
      };
    } catch (Throwable e) { // whatever it is, who asked gets an answer and the thread goes on
      logger.error("rules: reading them failed", e);
      return refused(List.of("rules: internal error, see the log"));
    }
  }

  private ReloadResult refused(List<String> found) {
    return new ReloadResult.Kept(found, List.of(files.files()), null);
  }

  private void look(ChangeWatch watch, long nowNanos) {
    try {
      Fingerprint now = loader.look();
      switch (watch.judge(loader.lastRead(), now, nowNanos)) {
        case MOVING -> {}
        case UNCHANGED -> {
          if (blocked) {
            finish(Trigger.CHANGE, readRules());
          }
        }
        case CHANGED -> finish(Trigger.CHANGE, readRules());
        case VANISHED -> block(() -> reportAbsence(now.vanishedSince(loader.lastRead())));
      }
    } catch (Throwable e) { // a task that throws is not run again
      block(() -> logger.error("rules: looking at the files failed", e));
    }
  }

  /** A failed reload, counted and said once for as long as looks find the same. */
  private void block(Runnable said) {
    if (!blocked) {
      blocked = true;
      String problem = "the rule files cannot be looked at, see the log";
      problems.put(files.files(), List.of(problem));
      history = history.failure(clock.instant(), problem);
      said.run();
    }
  }

  private static void reportAbsence(List<Path> paths) {
    logger.error(
        "rules not reloaded ({}): {} is gone or empty; until it is back, no file is read and the"
            + " rules in force stay",
        Trigger.CHANGE.text(),
        paths.getFirst());
  }

  /** Ends the thread; a reload that has begun is finished if it takes no longer than 5 s. */
  @Override
  public void close() {
    synchronized (this) {
      thread.shutdown();
    }
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        logger.warn("rules: still reading them on a stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Why the rules are read again. */
  public enum Trigger {
    SIGNAL("SIGHUP"),
    REQUEST("POST /-/reload"),
    CHANGE("files changed");

    private final String text;

    Trigger(String text) {
      this.text = text;
    }

    /** As the log has it. */
    String text() {
      return text;
    }
  }

  /**
   * How reloads went since the start, which counts as a successful reading but as no reload.
   * Immutable.
   *
   * @param successes reloads without a problem
   * @param failures reloads in which a file had a problem; the others took effect
   * @param lastSuccess of the last reload without a problem
   * @param last the last reload, or null if there was none
   */
  public record History(long successes, long failures, Instant lastSuccess, @Nullable Last last) {
    public record Last(Instant at, boolean successful, String summary) {}

    private History success(Instant at, String summary) {
      return new History(successes + 1, failures, at, new Last(at, true, summary));
    }

    private History failure(Instant at, String summary) {
      return new History(successes, failures + 1, lastSuccess, new Last(at, false, summary));
    }

    /** Whether the last reading had no problem. */
    public boolean isLastSuccessful() {
      return last == null || last.successful();
    }
  }
}
