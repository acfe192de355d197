package io.detour.server.decide;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.ChangeWatch;
import io.detour.server.files.FileWatch;
import io.detour.server.files.Fingerprint;
import io.detour.server.log.LogOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the rules again and puts them in force, on the thread {@code rules}: when somebody asks,
 * and when the files have changed. Rules with a problem change nothing.
 *
 * <p>Any thread may ask, and none ever waits here.
 */
public final class Reloader implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Reloader.class);

  /** Files are looked at twice in the time for which they have to be at rest, up to this. */
  private static final Duration MAX_INTERVAL = Duration.ofSeconds(1);

  private static final int CLOSE_SECONDS = 5;

  private final RuleLoader loader;
  private final RulesInForce rules;
  private final InstantSource clock;
  private final FileWatch files = new FileWatch("rules");
  private final ScheduledThreadPoolExecutor thread;

  /** The thread {@code rules} writes, any thread reads. */
  private volatile History history;

  /** The reload that has been asked for and has not begun. */
  private @Nullable CompletableFuture<ReloadResult> waiting;

  private Future<?> watch = CompletableFuture.completedFuture(null);

  /**
   * Whether the latest look has found files gone or has failed, which has been said and counted.
   * The thread {@code rules} alone.
   */
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

  public History history() {
    return history;
  }

  public FileWatch files() {
    return files;
  }

  /**
   * Reads the rules as they are now or a moment later. Requests that come while a reload waits for
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
      waiting = CompletableFuture.supplyAsync(() -> begin(trigger), thread);
    }
    return waiting;
  }

  private ReloadResult begin(Trigger trigger) {
    synchronized (this) {
      waiting = null;
    }
    return files.read(() -> reloadNow(trigger));
  }

  private ReloadResult reloadNow(Trigger trigger) {
    blocked = false;
    ReloadResult result = result();
    switch (result) {
      case ReloadResult.Replaced replaced -> {
        LogOutput.warnEach(logger, replaced.warnings(), "warnings");
        history = history.success(clock.instant(), result.summary());
        logger.info("rules reloaded ({}): {}", trigger.text(), result.summary());
      }
      case ReloadResult.Kept kept -> {
        history = history.failure(clock.instant(), result.summary());
        LogOutput.warnEach(logger, kept.problems(), "problems");
        logger.error("rules not reloaded ({}): {}", trigger.text(), result.summary());
      }
    }
    return result;
  }

  private ReloadResult result() {
    try {
      return switch (loader.read()) {
        case RuleReview.Refused refused -> new ReloadResult.Kept(refused.problems());
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
      return new ReloadResult.Kept(
          List.of(new Problem("rules", 0, 0, "internal error, see the log")));
    }
  }

  private void look(ChangeWatch watch, long nowNanos) {
    try {
      Fingerprint now = loader.look();
      switch (watch.judge(loader.lastRead(), now, nowNanos)) {
        case MOVING -> {}
        case UNCHANGED -> {
          if (blocked) {
            reloadNow(Trigger.CHANGE);
          }
        }
        case CHANGED -> reloadNow(Trigger.CHANGE);
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
      history = history.failure(clock.instant(), "the rule files cannot be looked at, see the log");
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
   * @param successes reloads whose rules came into force, changed or not
   * @param failures reloads that changed nothing because of a problem
   * @param lastSuccess when rules last came into force
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
