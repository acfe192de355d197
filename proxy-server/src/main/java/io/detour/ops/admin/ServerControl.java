package io.detour.ops.admin;

import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import java.util.concurrent.CompletableFuture;

/** What the admin interface may ask of the server. Any thread; no method waits. */
public interface ServerControl {
  /** Reads rules and certificates again; completed on a thread that must not be held up. */
  CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger);

  /** Accepts no clients until {@link #resume}; done when it is so. */
  CompletableFuture<Void> pause();

  /** Accepts clients again; done when it is so. */
  CompletableFuture<Void> resume();

  /** Stops accepting for good and lets the process end once nobody is connected. Does not wait. */
  void drain();

  /** How many clients are connected. */
  int clients();

  /** Whether it was paused last. */
  boolean isPaused();

  /** Whether it has stopped accepting for good. */
  boolean isDraining();
}
