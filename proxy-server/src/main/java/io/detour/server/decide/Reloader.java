package io.detour.server.decide;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.ChangeWatch;
import io.detour.server.files.Fingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
  private final ReloadHistory history;
  private final ScheduledThreadPoolExecutor thread;

  /** The reload that has been asked for and has not begun. */
  private @Nullable CompletableFuture<ReloadResult> waiting;

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
   * @param clock the time of day
   */
  public Reloader(RuleLoader loader, RulesInForce rules, InstantSource clock) {
    this.loader = loader;
    this.rules = rules;
    this.clock = clock;
    history = new ReloadHistory(clock.instant().getEpochSecond());
    thread =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("rules").unstarted(task));
  }

  /**
   * Also watches the files from now on. Once.
   *
   * @param rest how long changed files must have been at rest, more than zero
   */
  public void watch(Duration rest) {
    ChangeWatch watch = new ChangeWatch(rest);
    Duration half = rest.dividedBy(2);
    long interval = (half.compareTo(MAX_INTERVAL) < 0 ? half : MAX_INTERVAL).toNanos();
    var _ =
        thread.scheduleWithFixedDelay(
            () -> look(watch, System.nanoTime()), interval, interval, TimeUnit.NANOSECONDS);
  }

  /** How the reloads went. */
  public ReloadHistory history() {
    return history;
  }

  /**
   * Reads the rules as they are now or a moment later. Requests that come while a reload waits for
   * its turn share it; one that comes while the files are being read gets the next.
   *
   * @param trigger why
   * @return completed on the reloading thread; with a {@link CancellationException} if this is
   *     closed
   */
  public synchronized CompletableFuture<ReloadResult> reload(ReloadTrigger trigger) {
    if (thread.isShutdown()) {
      return CompletableFuture.failedFuture(new CancellationException("the server is closed"));
    }
    if (waiting == null) {
      waiting = CompletableFuture.supplyAsync(() -> begin(trigger), thread);
    }
    return waiting;
  }

  private ReloadResult begin(ReloadTrigger trigger) {
    synchronized (this) {
      waiting = null;
    }
    return reloadNow(trigger);
  }

  private ReloadResult reloadNow(ReloadTrigger trigger) {
    blocked = false;
    ReloadResult result = result();
    switch (result) {
      case ReloadResult.Replaced replaced -> {
        LoggedEntries.warn(logger, replaced.warnings(), "warnings");
        history.succeeded(clock.instant(), result.summary());
        logger.info("rules reloaded ({}): {}", trigger.text(), result.summary());
      }
      case ReloadResult.Kept kept -> {
        history.failed(clock.instant(), result.summary());
        LoggedEntries.warn(logger, kept.problems(), "problems");
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
            reloadNow(ReloadTrigger.CHANGE);
          }
        }
        case CHANGED -> reloadNow(ReloadTrigger.CHANGE);
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
      history.failed(clock.instant(), "the rule files cannot be looked at, see the log");
      said.run();
    }
  }

  private static void reportAbsence(List<Path> paths) {
    logger.error(
        "rules not reloaded ({}): {} is gone or empty; until it is back, no file is read and the"
            + " rules in force stay",
        ReloadTrigger.CHANGE.text(),
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
}
