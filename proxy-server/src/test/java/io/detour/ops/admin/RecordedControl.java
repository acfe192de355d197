package io.detour.ops.admin;

import io.detour.ops.admin.AdminServer.ServerControl;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import java.util.concurrent.CompletableFuture;

/** A server that has nothing but rules, and remembers what it was told. */
final class RecordedControl implements ServerControl {
  private final Reloader reloader;
  private volatile boolean paused;
  private volatile boolean draining;

  RecordedControl(Reloader reloader) {
    this.reloader = reloader;
  }

  @Override
  public void drain() {
    draining = true;
  }

  @Override
  public int clients() {
    return 3;
  }

  @Override
  public CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger) {
    return reloader.reload(trigger);
  }

  @Override
  public CompletableFuture<Void> pause() {
    paused = true;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> resume() {
    paused = false;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public boolean isDraining() {
    return draining;
  }
}
