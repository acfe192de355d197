package io.detour.server.dial;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who waits for a result. An exception of it goes into the log, never into the event loop. */
record Receiver<T>(Consumer<T> done) {
  private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

  void tell(T result) {
    try {
      done.accept(result);
    } catch (RuntimeException e) {
      LOG.error("The receiver of a dial's result failed", e);
    }
  }
}
