package io.detour.cli;

import java.util.concurrent.CompletableFuture;

/**
 * SIGHUP, which asks for the rules to be read again. Without this the JVM would end the process.
 * One that comes before there is somebody to reload is kept.
 */
final class ReloadSignal {
  private final CompletableFuture<Runnable> action = new CompletableFuture<>();

  private ReloadSignal() {}

  /** Takes the signal over from the JVM. Once per process. */
  static ReloadSignal listen() {
    ReloadSignal signal = new ReloadSignal();
    ProcessSignal.handle("HUP", () -> signal.action.thenAccept(Runnable::run));
    return signal;
  }

  /**
   * Says what to do, from now on and for the signals that came before.
   *
   * @param reload runs on the thread of the signal, or here
   */
  void then(Runnable reload) {
    action.complete(reload);
  }
}
