package io.detour.cli;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;

/**
 * Signals to this process.
 *
 * <p>{@code sun.misc.Signal} is called by reflection because the compiler's warning about it cannot
 * be suppressed.
 */
final class ProcessSignal {
  private ProcessSignal() {}

  /**
   * Takes a signal over from the JVM, for as long as the process runs. A signal that the process
   * was started with as ignored, as {@code nohup} does with SIGHUP, stays ignored.
   *
   * @param name without {@code SIG}
   * @param action runs on a thread of its own, each time
   */
  static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method handle = signal.getMethod("handle", signal, handler);
      var run =
          MethodHandles.publicLookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      handle.invoke(
          null,
          signal.getConstructor(String.class).newInstance(name),
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal)));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM lacks sun.misc.Signal", e);
    }
  }
}
