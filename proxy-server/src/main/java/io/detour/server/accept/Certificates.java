package io.detour.server.accept;

import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.files.FileWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of the TLS listeners, which are read again when they change, on the thread
 * {@code certificates}. Any thread.
 */
final class Certificates implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Certificates.class);

  /** Between two looks at the files. */
  private static final long INTERVAL_MILLIS = 1_000;

  private final Duration handshakeTimeout;
  private final FileWatch watch = new FileWatch("certificates");
  private final List<ListenerTls> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> Thread.ofPlatform().daemon().name("certificates").unstarted(task),
          new ThreadPoolExecutor.DiscardPolicy()); // After the close there are no handshakes.

  Certificates(Duration handshakeTimeout) {
    this.handshakeTimeout = handshakeTimeout;
  }

  /**
   * For a listener.
   *
   * @throws IOException if the files cannot be used; the message names the file and says why
   */
  ListenerTls read(TlsFiles files) throws IOException {
    ListenerTls tls = new ListenerTls(files, handshakeTimeout);
    if (listeners.isEmpty()) {
      var _ =
          thread.scheduleWithFixedDelay(
              () -> watch.look(() -> each(ListenerTls::readIfChanged)),
              INTERVAL_MILLIS,
              INTERVAL_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    listeners.add(tls);
    return tls;
  }

  FileWatch files() {
    return watch;
  }

  /** Has all files read again, now or in a moment. */
  void readAgain() {
    if (!listeners.isEmpty()) {
      thread.execute(() -> watch.look(() -> each(ListenerTls::read)));
    }
  }

  /** A task that throws is not run again, and one listener's files are not another's. */
  private void each(Consumer<ListenerTls> look) {
    for (ListenerTls listener : listeners) {
      try {
        look.accept(listener);
      } catch (RuntimeException | Error e) {
        logger.error("a certificate could not be looked at, the one in use stays", e);
      }
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
