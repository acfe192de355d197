package io.detour.ops.certificates;

import io.detour.core.Parsed;
import io.detour.ops.certificates.CertificateFinding.Result;
import io.detour.ops.certificates.CertificatePlan.Check;
import io.detour.ops.certificates.TargetCertificates.Place;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.Dialer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
  private volatile boolean closed;

  // The thread of the watch alone.
  private Set<Check> planned = Set.of();
  private final Map<Check, Result> results = new HashMap<>();
  private final Map<Place, Map<Check, CertificateFinding>> findings = new HashMap<>();
  private long nextLookNanos;
  private int running;

  /**
   * What the watch works with.
   *
   * @param nanoTime a clock that only goes on
   * @param thread runs one task after another: that of the watch
   * @param handshakes runs tasks that wait
   * @param listener told on the thread of the watch each time something was learnt; may wait, but
   *     holds up the watch meanwhile
   * @param end ends what this runs on
   */
  record Surroundings(
      InstantSource clock,
      LongSupplier nanoTime,
      Handshakes prober,
      Executor thread,
      Executor handshakes,
      Consumer<CertificateFinding> listener,
      Runnable end) {
    interface Handshakes {
      /** Waits for the report, within a bounded time. */
      ProbeReport probe(Probe probe) throws InterruptedException;
    }
  }

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
   * @param trust files of authorities that are trusted beside those of this JVM and the system
   * @param dialer connects to targets, and is closed with the watch; a handshake may take as long
   *     as a connection
   * @param listener told what was learnt on the thread of the watch, which it may hold up
   */
  public static CertificateWatch start(
      RulesInForce rules,
      TargetCertificates certificates,
      Duration period,
      List<Path> trust,
      Dialer dialer,
      InstantSource clock,
      Consumer<CertificateFinding> listener) {
    Duration handshakeTimeout = dialer.options().connectTimeout();
    Prober prober =
        new Prober(dialer, roots(trust), handshakeTimeout, clock.withZone(ZoneOffset.UTC));
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> Thread.ofPlatform().daemon().name("certificate-watch").unstarted(task),
            new ThreadPoolExecutor.DiscardPolicy()); // After the close there is nothing to learn.
    ExecutorService handshakes = Executors.newVirtualThreadPerTaskExecutor();
    Runnable end =
        () -> {
          thread.shutdownNow();
          handshakes.shutdownNow();
          prober.close();
        };
    Surroundings around =
        new Surroundings(clock, System::nanoTime, prober::probe, thread, handshakes, listener, end);
    CertificateWatch watch =
        new CertificateWatch(rules, certificates, period, RandomGenerator.getDefault(), around);
    long tick = Collections.min(List.of(MAX_TICK, period.dividedBy(4))).toNanos();
    var _ = thread.scheduleWithFixedDelay(watch::tick, tick, tick, TimeUnit.NANOSECONDS);
    return watch;
  }

  /** If they cannot be read, none is trusted, and names are still checked. */
  private static TrustRoots roots(List<Path> trust) {
    return switch (TrustRoots.load(trust)) {
      case Parsed.Value(TrustRoots roots) -> roots;
      case Parsed.Malformed(String problem) -> {
        logger.warn("certificates: none is trusted: {}", problem);
        yield new TrustRoots(Set.of());
      }
    };
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
        nextLookNanos = now + Collections.min(List.of(MAX_LOOK, period)).toNanos();
        plan(now);
      }
      begin(now);
    } catch (RuntimeException | Error e) {
      if (!closed) {
        logger.error("certificates: planning failed", e);
      }
    }
  }

  private void plan(long nowNanos) {
    Instant now = around.clock().instant();
    long longAgo = now.minus(NAME_KEPT).getEpochSecond();
    Duration unused = Collections.max(List.of(period, NAME_NOT_IN_USE));
    long lately = now.minus(Collections.min(List.of(NAME_KEPT, unused))).getEpochSecond();
    RuleSnapshot current = rules.current();
    Set<Check> wanted = new LinkedHashSet<>();
    CertificatePlan.ofUsed(
            current.shown(), now, rule -> current.use(rule).seenNames(longAgo, lately))
        .trials()
        .forEach(trial -> wanted.add(trial.check()));
    for (Check gone : schedule.want(wanted, nowNanos)) {
      results.remove(gone);
      forget(gone);
    }
    planned = wanted;
  }

  private void begin(long nowNanos) {
    while (running < AT_ONCE) {
      Check check = schedule.next(nowNanos);
      if (check == null) {
        return;
      }
      running++;
      around.handshakes().execute(() -> perform(check));
    }
  }

  private void perform(Check check) {
    Result result = Result.of(null);
    CertificateFinding finding = finding(check, null);
    try {
      ProbeReport report = around.prober().probe(check.probe());
      finding = finding(check, report);
      result = Result.of(report);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException | Error e) {
      if (closed) {
        return;
      }
      logger.error("certificates: a check of rule {} failed", check.place().rule(), e);
    }
    Result counted = result;
    CertificateFinding learnt = finding;
    around.thread().execute(() -> finished(check, counted, learnt));
  }

  private CertificateFinding finding(Check check, @Nullable ProbeReport report) {
    return CertificateFinding.of(
        check.place().rule(), check.to(), report, around.clock().instant());
  }

  private void finished(Check check, Result result, CertificateFinding finding) {
    running--;
    try {
      certificates.checked(result);
      if (planned.contains(check)) {
        report(check, result, finding.problem());
        around.listener().accept(put(check, finding));
      }
    } catch (RuntimeException | Error e) {
      logger.error("certificates: a finding of rule {} was not kept", check.place().rule(), e);
    }
    tick();
  }

  /** Adds the finding of a check, and returns what is known of the target then. */
  private CertificateFinding put(Check check, CertificateFinding finding) {
    Map<Check, CertificateFinding> known =
        findings.computeIfAbsent(check.place(), _ -> new LinkedHashMap<>());
    known.merge(check, finding, (earlier, later) -> later.after(earlier));
    CertificateFinding together = CertificateFinding.together(known.values());
    certificates.put(check.place(), together);
    return together;
  }

  private void forget(Check check) {
    Map<Check, CertificateFinding> known = findings.getOrDefault(check.place(), new HashMap<>());
    known.remove(check);
    if (known.isEmpty()) {
      findings.remove(check.place());
      certificates.forget(check.place());
    } else {
      certificates.put(check.place(), CertificateFinding.together(known.values()));
    }
  }

  /** Says what is new. */
  private void report(Check check, Result result, @Nullable String problem) {
    Result before = results.put(check, result);
    if (result == (before == null ? Result.GOOD : before)) {
      return;
    }
    if (problem == null) {
      logger.info("certificates: rule {}: {} is good now", check.place().rule(), check.to());
    } else {
      logger.warn("certificates: rule {}: {}", check.place().rule(), problem);
    }
  }

  @Override
  public void close() {
    closed = true;
    around.end().run();
  }
}
