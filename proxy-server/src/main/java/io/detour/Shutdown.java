package io.detour;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger logger = LoggerFactory.getLogger(Shutdown.class);

  private final Map<Step, Runnable> steps = new EnumMap<>(Step.class);
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Registers a part, and returns it. For the thread that makes the server. */
  <T> T add(Step step, T part, Consumer<T> close) {
    if (steps.put(step, () -> close.accept(part)) != null) {
      throw new IllegalStateException("a second part for " + step);
    }
    return part;
  }

  /** Closes all at once, also behind one that fails. A second call does nothing. Any thread. */
  void run() {
    if (begun.compareAndSet(false, true)) {
      steps.forEach(Shutdown::close);
    }
  }

  private static void close(Step step, Runnable part) {
    try {
      part.run();
    } catch (RuntimeException | Error e) {
      logger.error("stop: {} failed", step, e);
    }
  }
}
