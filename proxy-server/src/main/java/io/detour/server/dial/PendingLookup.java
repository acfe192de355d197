package io.detour.server.dial;

import java.util.function.Consumer;

/** Waits for a lookup to its end and tells the answer. */
record PendingLookup(Consumer<Resolution> done) implements NameResolver.Waiting {
  @Override
  public void waitFor(NameResolver.Lookup running) {}

  @Override
  public void resolved(Resolution resolution) {
    done.accept(resolution);
  }
}
