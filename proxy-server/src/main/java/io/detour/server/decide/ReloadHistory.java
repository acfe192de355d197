package io.detour.server.decide;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How reloads went since the start, which counts as a successful reading but as no reload. The
 * reloading thread writes, any thread reads.
 */
public final class ReloadHistory {
  private volatile long successes;
  private volatile long failures;
  private volatile boolean lastSuccessful = true;
  private volatile long lastSuccessSecond;
  private volatile @Nullable Last last;

  /**
   * The last reload.
   *
   * @param successful whether what was read decides now
   * @param summary one line for people
   */
  public record Last(Instant at, boolean successful, String summary) {}

  /**
   * @param startSecond when the first rules were read, in seconds since 1970
   */
  public ReloadHistory(long startSecond) {
    lastSuccessSecond = startSecond;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void succeeded(Instant at, String summary) {
    successes++;
    lastSuccessSecond = at.getEpochSecond();
    lastSuccessful = true;
    last = new Last(at, true, summary);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void failed(Instant at, String summary) {
    failures++;
    lastSuccessful = false;
    last = new Last(at, false, summary);
  }

  /** Reloads whose rules came into force, changed or not. */
  public long successes() {
    return successes;
  }

  /** Reloads that changed nothing because of a problem. */
  public long failures() {
    return failures;
  }

  /** Whether the last reading had no problem. */
  public boolean lastSuccessful() {
    return lastSuccessful;
  }

  /** The last reload, or null if there was none. */
  public @Nullable Last last() {
    return last;
  }

  /** When rules last came into force, in seconds since 1970. */
  public long lastSuccessSecond() {
    return lastSuccessSecond;
  }
}
