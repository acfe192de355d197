package io.detour.server.reload;

/**
 * How reloads went since the start, which counts as a successful reading but as no reload. The
 * reloading thread writes, any thread reads.
 */
public final class ReloadHistory {
  private volatile long successes;
  private volatile long failures;
  private volatile boolean lastSuccessful = true;
  private volatile long lastSuccessSecond;

  /**
   * @param startSecond when the first rules were read, in seconds since 1970
   */
  public ReloadHistory(long startSecond) {
    lastSuccessSecond = startSecond;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void succeeded(long epochSecond) {
    successes++;
    lastSuccessSecond = epochSecond;
    lastSuccessful = true;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void failed() {
    failures++;
    lastSuccessful = false;
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

  /** When rules last came into force, in seconds since 1970. */
  public long lastSuccessSecond() {
    return lastSuccessSecond;
  }
}
