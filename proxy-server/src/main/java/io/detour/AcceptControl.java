package io.detour;

import io.detour.ops.admin.AdminServer.ServerControl;
import io.detour.ops.ledger.ObservedRules;
import io.detour.server.accept.Listeners;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators ask of a server. Clients are let in once, paused and resumed, and kept out for
 * good. Any thread.
 */
final class AcceptControl implements ServerControl {
  private static final Logger logger = LoggerFactory.getLogger(AcceptControl.class);
  private static final long LOOK_MILLIS = 20;

  private final Listeners listeners;
  private final ObservedRules observed;
  private final Reloader reloader;
  private final CompletableFuture<Void> drainAsked = new CompletableFuture<>();
  private volatile boolean closed;

  AcceptControl(Listeners listeners, ObservedRules observed, Reloader reloader) {
    this.listeners = listeners;
    this.observed = observed;
    this.reloader = reloader;
  }

  void open() {
    listeners.accept();
    observed.begin();
  }

  @Override
  public CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger) {
    return reloader.reload(trigger);
  }

  @Override
  public CompletableFuture<Void> pause() {
    logger.info("paused: clients wait to be accepted");
    observed.stop();
    return listeners.pause();
  }

  @Override
  public CompletableFuture<Void> resume() {
    logger.info("resumed: clients are accepted");
    observed.begin();
    return listeners.resume();
  }

  @Override
  public void drain() {
    drainAsked.complete(null);
  }

  /** Calls once somebody asks for a drain; the caller is to do it. */
  void whenDrainIsAsked(Runnable told) {
    drainAsked.thenRun(told);
  }

  /** Lets nobody in any more. */
  void close() {
    closed = true;
    observed.end();
    listeners.stopAccepting();
  }

  /** Waits until the last client is gone, at most for a time, and says how many are left. */
  int awaitLastClient(Duration timeout) throws InterruptedException {
    long start = System.nanoTime();
    while (listeners.clients() > 0 && System.nanoTime() - start < timeout.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return listeners.clients();
  }

  @Override
  public int clients() {
    return listeners.clients();
  }

  @Override
  public boolean isPaused() {
    return listeners.isPaused();
  }

  @Override
  public boolean isDraining() {
    return closed || drainAsked.isDone();
  }
}
