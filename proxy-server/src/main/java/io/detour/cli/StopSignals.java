package io.detour.cli;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first asks to stop, a second one ends the process at once.
 *
 * <p>Not a shutdown hook: the JVM would then exit with 143 after an orderly stop, and would not
 * hear a second signal.
 */
final class StopSignals {
  private static final Map<String, Integer> NUMBERS = Map.of("TERM", 15, "INT", 2);

  /** What a shell reports for a process that a signal ended: 128 and the number of the signal. */
  private static final int EXIT_BASE = 128;

  private final CompletableFuture<String> first = new CompletableFuture<>();
  private final AtomicBoolean heard = new AtomicBoolean();

  private StopSignals() {}

  /** Takes the signals over from the JVM. Once per process. */
  static StopSignals listen() {
    StopSignals signals = new StopSignals();
    NUMBERS.forEach(
        (name, number) -> ProcessSignal.handle(name, () -> signals.heard(name, number)));
    return signals;
  }

  /** Stops as for a first signal, which may still come: that is none to end at once for. */
  void stop(String why) {
    first.complete(why);
  }

  private void heard(String name, int number) {
    if (heard.getAndSet(true)) {
      Runtime.getRuntime().halt(EXIT_BASE + number);
    }
    first.complete("SIG" + name);
  }

  /**
   * Waits for the first signal.
   *
   * @return its name, {@code SIGTERM} or {@code SIGINT}, or what {@link #stop} was told
   */
  String await() {
    return first.join();
  }
}
