package io.detour.server.dial;

import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for a result. What it throws goes into the log, never into the event loop, and the
 * connection that it was to own is closed.
 *
 * @param dialResult takes the dial's result out of what is told
 */
record Receiver<T>(Consumer<T> done, Function<T, DialResult> dialResult) {
  private static final Logger logger = LoggerFactory.getLogger(Dialer.class);

  static Receiver<DialResult> ofDial(Consumer<DialResult> done) {
    return new Receiver<>(done, result -> result);
  }

  static Receiver<RouteResult> ofRoute(Consumer<RouteResult> done) {
    return new Receiver<>(done, RouteResult::result);
  }

  void tell(T result) {
    try {
      done.accept(result);
    } catch (Throwable e) { // nothing thrown leaves an event loop's callback
      logger.error("The receiver of a dial's result failed", e);
      if (dialResult.apply(result) instanceof DialResult.Connected connected) {
        connected.upstream().close();
      }
    }
  }
}
