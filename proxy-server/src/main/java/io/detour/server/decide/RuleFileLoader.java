package io.detour.server.decide;

import io.detour.rules.Mode;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Rules that stand in files.
 *
 * <p>What is read is one state of all files: if they look different afterwards, they are read
 * again, so that no set is half of before and half of after a change.
 */
public final class RuleFileLoader implements RuleLoader {
  private static final int ATTEMPTS = 5;

  /**
   * The kernel stamps files with the time of its last tick, at most 10 ms ago. Two writes within a
   * tick look the same, so a file is not read before the tick of its last change is over.
   */
  private static final Duration TICK = Duration.ofMillis(20);

  private final RuleSource source;
  private final Function<LocalDate, Setting> setting;
  private final Mode limit;
  private final ZoneId zone;
  private final InstantSource clock;
  private Fingerprint lastRead = Fingerprint.NONE;

  /** Whether there ever was a file: rules are not dropped because it is gone. */
  private boolean found;

  /** Folders from whose files rules were taken: they are not dropped because a folder is empty. */
  private final Set<Path> filled = new HashSet<>();

  /**
   * @param limit no rule goes further, whatever it says; rules are judged without it
   */
  public RuleFileLoader(RuleSource source, Function<LocalDate, Setting> setting, Mode limit) {
    this(source, setting, limit, ZoneId.systemDefault(), InstantSource.system());
  }

  RuleFileLoader(
      RuleSource source,
      Function<LocalDate, Setting> setting,
      Mode limit,
      ZoneId zone,
      InstantSource clock) {
    this.source = source;
    this.setting = setting;
    this.limit = limit;
    this.zone = zone;
    this.clock = clock;
  }

  @Override
  public RuleReview read() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Fingerprint before = settled();
      lastRead = before;
      RuleReview reading = read(before);
      if (look().equals(before)) {
        if (reading instanceof RuleReview.Accepted) {
          source.paths().stream().filter(before::holdsFiles).forEach(filled::add);
        }
        return reading;
      }
    }
    return new RuleReview.Unreadable(
        List.of(
            problem(
                source.paths().getFirst(),
                "changed each time while it was read (expected: nobody writes)")));
  }

  private RuleReview read(Fingerprint now) {
    List<Problem> emptied =
        now.emptyFolders().stream().filter(filled::contains).map(RuleFileLoader::emptied).toList();
    if (!emptied.isEmpty()) {
      return new RuleReview.Unreadable(emptied);
    }
    found |= !source.existing().isEmpty();
    RuleFiles files = found ? RuleFiles.load(source.paths(), zone) : RuleFiles.Loaded.none();
    LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
    return RuleReview.of(files, setting.apply(today)).atMost(limit);
  }

  private static Problem emptied(Path folder) {
    return problem(folder, "holds no rule file any more (expected: one, if with rules: [])");
  }

  private Fingerprint settled() {
    Fingerprint now = look();
    for (int looks = 1; looks < ATTEMPTS && awaitNextTick(now); looks++) {
      now = look();
    }
    return now;
  }

  /** Whether there was anything to wait for. */
  private boolean awaitNextTick(Fingerprint now) {
    Duration age =
        Duration.between(Instant.EPOCH.plusNanos(now.lastChangeNanos()), clock.instant());
    if (age.isNegative() || age.compareTo(TICK) >= 0) {
      return false;
    }
    long waitNanos = TICK.minus(age).toNanos();
    long beginNanoTime = System.nanoTime();
    long waitedNanos = 0;
    while (waitedNanos < waitNanos) { // parkNanos may return early
      LockSupport.parkNanos(waitNanos - waitedNanos);
      waitedNanos = System.nanoTime() - beginNanoTime;
    }
    return true;
  }

  private static Problem problem(Path path, String message) {
    return new Problem(path.toString(), 0, 0, message);
  }

  @Override
  public Fingerprint lastRead() {
    return lastRead;
  }

  @Override
  public Fingerprint look() {
    return Fingerprint.of(source.paths());
  }
}
