package io.detour;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Closes the parts of a server that have been made so far, each in its step. */
final class Shutdown {
  /** What a stop closes, in this order. */
  enum Step {
    ACCEPT,
    ADMIN,
    ACCESS,
    RELOADER,
    REGULAR_WORK,
    PAGES,
    CERTIFICATE_WATCH,
    TUNNELS,
    PLAIN_HTTP,
    ACCESS_LOG,
    DIALER,
    METRICS,
    EVENT_LOOPS,
    /** The last tunnels have told their bytes by now. */
    LEDGER
  }

  private final Map<Step, Runnable> steps = new EnumMap<>(Step.class);
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Registers a part, and returns it. For the thread that makes the server. */
  <T> T add(Step step, T part, Consumer<T> close) {
    steps.put(step, () -> close.accept(part));
    return part;
  }

  /** Closes all at once. A second call does nothing. Any thread. */
  void run() {
    if (begun.compareAndSet(false, true)) {
      steps.values().forEach(Runnable::run);
    }
  }
}
