package io.detour.cli;

import io.detour.server.log.LogOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that {@code detour run} takes over from the JVM, once per process. A signal that the
 * process was started with as ignored, as {@code nohup} does with SIGHUP, stays ignored.
 */
final class Signals {
  private static final Logger logger = LoggerFactory.getLogger("detour");

  private static final Map<String, Integer> STOP_NUMBERS = Map.of("TERM", 15, "INT", 2);

  /** What a shell reports for a process that a signal ended: 128 and the number of the signal. */
  private static final int EXIT_BASE = 128;

  private Signals() {}

  /** SIGUSR1 opens the log files again, as logrotate wants it. */
  static void reopenLogs(LogOutput output) {
    handle(
        "USR1",
        () -> {
          try {
            output.reopen();
            logger.info("SIGUSR1: log files were opened again");
          } catch (IOException e) {
            logger.error("SIGUSR1: a log file cannot be opened, so the old one goes on", e);
          }
        });
  }

  /**
   * SIGHUP reads the rules again; without this the JVM would end the process. A signal that comes
   * before the action is known is kept.
   *
   * @return completed by the caller with an action that runs on the thread of the signal, or at
   *     once
   */
  static CompletableFuture<Runnable> reload() {
    CompletableFuture<Runnable> action = new CompletableFuture<>();
    handle("HUP", () -> action.thenAccept(Runnable::run));
    return action;
  }

  /**
   * SIGTERM and SIGINT: the first stops in an orderly way, a second one ends the process at once.
   * Until this is called, that is while nothing is served yet, the JVM ends it at the first.
   *
   * <p>Not a shutdown hook: the JVM would then exit with 143 after an orderly stop, and would not
   * hear a second signal.
   *
   * @return completed with the name of the first signal, unless the caller completes it before
   */
  static CompletableFuture<String> stop() {
    CompletableFuture<String> first = new CompletableFuture<>();
    StopRequests requests = new StopRequests(System::nanoTime);
    STOP_NUMBERS.forEach(
        (name, number) ->
            handle(
                name,
                () -> {
                  switch (requests.next()) {
                    case FIRST -> first.complete("SIG" + name);
                    case REPEATED -> {}
                    case SECOND -> Runtime.getRuntime().halt(EXIT_BASE + number);
                  }
                }));
    return first;
  }

  /**
   * Tells a request to stop from its repetition: {@code timeout} and other wrappers send a signal
   * to a process and then to its group, so that it comes twice. Any thread.
   */
  static final class StopRequests {
    enum Request {
      FIRST,
      /** The first once more. */
      REPEATED,
      SECOND
    }

    private static final Duration SAME_REQUEST = Duration.ofMillis(500);

    private final LongSupplier nanoTime;
    private long firstNanos;
    private boolean heard;

    /** For a monotonic clock. */
    StopRequests(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    synchronized Request next() {
      long now = nanoTime.getAsLong();
      if (!heard) {
        heard = true;
        firstNanos = now;
        return Request.FIRST;
      }
      return now - firstNanos < SAME_REQUEST.toNanos() ? Request.REPEATED : Request.SECOND;
    }
  }

  /**
   * Runs an action on a thread of its own at each signal. {@code sun.misc.Signal} is called by
   * reflection because the compiler's warning about it cannot be suppressed.
   *
   * @param name without {@code SIG}
   */
  private static void handle(String name, Runnable action) {
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
