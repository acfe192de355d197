package io.detour.ops.certificates;

import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.OwnAddresses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the certificates of all targets of the rules in force, time and again, a few at once.
 *
 * <p>A target is looked at for each exact host of its rule, and for names that clients have asked
 * for of its suffixes and expressions. Everything but the handshakes happens on the thread {@code
 * certificate-watch}; they are waited for on virtual threads and done on the event loop of a {@link
 * Prober}. Any thread may call.
 */
public final class CertificateWatch implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CertificateWatch.class);

  /** Handshakes that run at the same time. */
  static final int AT_ONCE = 4;

  /** How often it is looked for names that clients ask for and for rules that have ended. */
  private static final Duration MAX_LOOK = Duration.ofMinutes(1);

  /** How often it is looked for checks that are due. */
  private static final Duration MAX_TICK = Duration.ofSeconds(1);

  /** A name that nobody has asked for since is not looked at any more. */
  private static final Duration NAME_KEPT = Duration.ofDays(7);

  /** Sooner no name makes room for another one, however short the period is. */
  private static final Duration NAME_NOT_IN_USE = Duration.ofHours(1);

  private final RulesInForce rules;
  private final TargetCertificates certificates;
  private final Duration period;
  private final Surroundings around;
  private final CheckSchedule schedule;
  private final KnownResults results = new KnownResults();
  private volatile Consumer<TargetCertificate> listener = certificate -> {};
  private volatile Runnable owned = () -> {};
  private volatile boolean closed;

  // The thread of the watch alone.
  private Map<Check, Rule> planned = Map.of();
  private long nextLookNanos;
  private int running;

  /**
   * @param period between two looks at the same certificate, more than 0
   */
  CertificateWatch(
      RulesInForce rules,
      TargetCertificates certificates,
      Duration period,
      RandomGenerator random,
      Surroundings around) {
    this.rules = rules;
    this.certificates = certificates;
    this.period = period;
    this.around = around;
    this.schedule = new CheckSchedule(period, random);
    this.nextLookNanos = around.nanoTime().getAsLong();
  }

  /**
   * Watches from now on.
   *
   * @param rules whose targets to look at
   * @param certificates gets what is learnt
   * @param period between two looks at the same certificate, more than 0
   * @param options how clients' targets are resolved and connected to; a handshake may take as long
   *     as a connection
   * @param own addresses that are never dialled
   * @param clock the time of day
   */
  public static CertificateWatch start(
      RulesInForce rules,
      TargetCertificates certificates,
      Duration period,
      DialOptions options,
      OwnAddresses own,
      InstantSource clock) {
    Prober prober =
        new Prober(
            options,
            own,
            WatchRoots.load(),
            options.connectTimeout(),
            clock.withZone(ZoneOffset.UTC));
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> Thread.ofPlatform().daemon().name("certificate-watch").unstarted(task),
            new ThreadPoolExecutor.DiscardPolicy()); // After the close there is nothing to learn.
    ExecutorService handshakes = Executors.newVirtualThreadPerTaskExecutor();
    CertificateWatch watch =
        new CertificateWatch(
            rules,
            certificates,
            period,
            RandomGenerator.getDefault(),
            new Surroundings(clock, System::nanoTime, prober::probe, thread, handshakes));
    watch.owned =
        () -> {
          thread.shutdownNow();
          handshakes.shutdownNow();
          prober.close();
        };
    long tick = shorter(MAX_TICK, period.dividedBy(4)).toNanos();
    var _ = thread.scheduleWithFixedDelay(watch::tick, tick, tick, TimeUnit.NANOSECONDS);
    return watch;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /**
   * Somebody who is told each time something was learnt, on the thread of the watch. To be called
   * before anything is; replaces whoever was told before.
   *
   * @param told may wait, but holds up the watch meanwhile
   */
  public void whenLearnt(Consumer<TargetCertificate> told) {
    listener = told;
  }

  /** Other rules are in force. Returns at once. */
  public void rulesReplaced() {
    around
        .thread()
        .execute(
            () -> {
              nextLookNanos = around.nanoTime().getAsLong();
              tick();
            });
  }

  /** Does what is due. On the thread of the watch; a task that throws would not be run again. */
  void tick() {
    try {
      long now = around.nanoTime().getAsLong();
      if (now - nextLookNanos >= 0) {
        nextLookNanos = now + shorter(MAX_LOOK, period).toNanos();
        plan(now);
      }
      begin(now);
    } catch (RuntimeException | Error e) {
      logger.error("certificates: planning failed", e);
    }
  }

  private void plan(long nowNanos) {
    Instant now = around.clock().instant();
    long longAgo = now.minus(NAME_KEPT).getEpochSecond();
    long lately = now.minus(shorter(NAME_KEPT, longer(period, NAME_NOT_IN_USE))).getEpochSecond();
    RuleSnapshot current = rules.current();
    Map<Check, Rule> wanted = new LinkedHashMap<>();
    CertificatePlan.ofUsed(
            current.shown(), now, rule -> current.use(rule).seenNames(longAgo, lately))
        .trials()
        .forEach(trial -> wanted.put(Check.of(trial), trial.rule()));
    for (Check gone : schedule.want(wanted.keySet(), nowNanos)) {
      TargetCertificate left = results.forget(gone);
      if (left == null) {
        certificates.forget(gone.place());
      } else {
        certificates.put(left);
      }
    }
    planned = wanted;
  }

  private void begin(long nowNanos) {
    while (running < AT_ONCE) {
      Check check = schedule.next(nowNanos);
      Rule rule = check == null ? null : planned.get(check);
      if (check == null || rule == null) {
        return;
      }
      running++;
      around.handshakes().execute(() -> perform(check, rule));
    }
  }

  /** On a thread of its own. */
  private void perform(Check check, Rule rule) {
    CheckResult result;
    try {
      result = CheckResult.of(rule, around.prober().probe(check.probe()), around.clock().instant());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException | Error e) {
      if (closed) {
        return;
      }
      logger.error("certificates: a check of rule {} failed", rule.name(), e);
      result = CheckResult.error(around.clock().instant());
    }
    CheckResult learnt = result;
    around.thread().execute(() -> finished(check, learnt));
  }

  private void finished(Check check, CheckResult result) {
    running--;
    certificates.checked(result.result());
    if (planned.containsKey(check)) {
      report(check, results.of(check), result);
      TargetCertificate learnt = results.put(check, result);
      certificates.put(learnt);
      try {
        listener.accept(learnt);
      } catch (RuntimeException | Error e) {
        logger.error("certificates: somebody failed who was told of one", e);
      }
    }
    tick();
  }

  /** Says what is new. */
  private static void report(Check check, @Nullable CheckResult before, CheckResult now) {
    CertificateResult was = before == null ? CertificateResult.GOOD : before.result();
    if (was == now.result()) {
      return;
    }
    if (now.problem() == null) {
      logger.info("certificates: rule {}: {} is good now", check.place().rule(), check.to());
    } else {
      logger.warn("certificates: rule {}: {}", check.place().rule(), now.problem());
    }
  }

  /** Ends the thread and what runs. */
  @Override
  public void close() {
    closed = true;
    owned.run();
  }
}
