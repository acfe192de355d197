package io.detour.server.accept;

import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.files.FileWatch;
import io.detour.server.files.WatchedFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
final class Certificates implements WatchedFiles, AutoCloseable {
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

  private volatile Consumer<List<String>> told = problems -> {};

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
              () -> watch.look(this::look),
              INTERVAL_MILLIS,
              INTERVAL_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    listeners.add(tls);
    return tls;
  }

  @Override
  public FileWatch watch() {
    return watch;
  }

  @Override
  public void whenChanged(Consumer<List<String>> told) {
    this.told = told;
  }

  @Override
  public CompletableFuture<List<String>> readAgain() {
    return listeners.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : CompletableFuture.supplyAsync(() -> watch.read(this::readAll), thread);
  }

  private List<String> readAll() {
    listeners.forEach(ListenerTls::read);
    return problems();
  }

  /** A task that throws is not run again, and one listener's files are not another's. */
  private void look() {
    boolean read = false;
    for (ListenerTls listener : listeners) {
      try {
        read |= listener.readIfChanged();
      } catch (RuntimeException | Error e) {
        logger.error("a certificate could not be looked at, the one in use stays", e);
      }
    }
    if (read) {
      told.accept(problems());
    }
  }

  private List<String> problems() {
    return listeners.stream()
        .map(ListenerTls::problem)
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
