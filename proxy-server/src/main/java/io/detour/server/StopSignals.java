package io.detour.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * SIGTERM and SIGINT: the first asks to stop, a second one ends the process at once.
 *
 * <p>Not a shutdown hook: the JVM would then exit with 143 after an orderly stop, and would not
 * hear a second signal. {@code sun.misc.Signal} is called by reflection because the compiler's
 * warning about it cannot be suppressed.
 */
final class StopSignals {
  private static final Map<String, Integer> NUMBERS = Map.of("TERM", 15, "INT", 2);

  /** What a shell reports for a process that a signal ended: 128 and the number of the signal. */
  private static final int EXIT_BASE = 128;

  private final CompletableFuture<String> first = new CompletableFuture<>();

  private StopSignals() {}

  /** Takes the signals over from the JVM. Once per process. */
  static StopSignals listen() {
    StopSignals signals = new StopSignals();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method handle = signal.getMethod("handle", signal, handler);
      MethodHandle heard =
          MethodHandles.lookup()
              .bind(signals, "heard", MethodType.methodType(void.class, String.class));
      for (String name : NUMBERS.keySet()) {
        MethodHandle thisOne =
            MethodHandles.dropArguments(MethodHandles.insertArguments(heard, 0, name), 0, signal);
        handle.invoke(
            null,
            signal.getConstructor(String.class).newInstance(name),
            MethodHandleProxies.asInterfaceInstance(handler, thisOne));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM lacks sun.misc.Signal", e);
    }
    return signals;
  }

  @SuppressWarnings("UnusedMethod") // called through a method handle
  private void heard(String name) {
    if (!first.complete("SIG" + name)) {
      Runtime.getRuntime().halt(EXIT_BASE + NUMBERS.getOrDefault(name, 0));
    }
  }

  /**
   * Waits for the first signal.
   *
   * @return its name, {@code SIGTERM} or {@code SIGINT}
   */
  String await() {
    return first.join();
  }
}
