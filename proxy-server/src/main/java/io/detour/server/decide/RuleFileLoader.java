package io.detour.server.decide;

import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.server.files.Fingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

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
  private final RuleJudge judge;
  private Fingerprint lastRead = Fingerprint.NONE;

  /** Whether there ever was a file: rules are not dropped because it is gone. */
  private boolean found;

  /** Folders from whose files rules were taken: they are not dropped because a folder is empty. */
  private final Set<Path> filled = new HashSet<>();

  /**
   * @param source where they are
   * @param judge says whether they may be used; its clock is that of the file system
   */
  public RuleFileLoader(RuleSource source, RuleJudge judge) {
    this.source = source;
    this.judge = judge;
  }

  @Override
  public RuleRead read() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Fingerprint before = settled();
      lastRead = before;
      RuleRead reading = read(before);
      if (look().equals(before)) {
        return remembered(reading, before);
      }
    }
    return new RuleRead.Refused(
        List.of(
            problem(
                paths().getFirst(),
                "changed each time while it was read (expected: nobody writes)")));
  }

  private RuleRead read(Fingerprint now) {
    List<Problem> emptied =
        now.emptyFolders().stream().filter(filled::contains).map(RuleFileLoader::emptied).toList();
    return emptied.isEmpty() ? judge.judge(load()) : new RuleRead.Refused(emptied);
  }

  private RuleRead remembered(RuleRead reading, Fingerprint read) {
    if (reading instanceof RuleRead.Accepted) {
      paths().stream().filter(read::holdsFiles).forEach(filled::add);
    }
    return reading;
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
        Duration.between(Instant.EPOCH.plusNanos(now.lastChangeNanos()), judge.clock().instant());
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

  private RuleFiles load() {
    return switch (source) {
      case RuleSource.Listed(List<Path> paths) when paths.isEmpty() -> none();
      case RuleSource.Listed(List<Path> paths) -> load(paths);
      case RuleSource.IfPresent(Path path) -> {
        found |= Files.exists(path);
        yield found ? load(List.of(path)) : none();
      }
    };
  }

  private static RuleFiles none() {
    return RuleFiles.Loaded.none();
  }

  private RuleFiles load(List<Path> paths) {
    return RuleFiles.load(paths, judge.zone());
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
    return Fingerprint.of(paths());
  }

  private List<Path> paths() {
    return switch (source) {
      case RuleSource.IfPresent(Path path) -> List.of(path);
      case RuleSource.Listed(List<Path> paths) -> paths;
    };
  }
}
