package io.detour.server.dial;

import java.util.function.Consumer;

/** Waits for a lookup to its end and tells the answer. */
record PendingLookup(Ipv6 use, Consumer<Resolution> done) implements NameResolver.Waiting {
  @Override
  public void waitFor(NameLookup running) {}

  @Override
  public void learned(FamilyAnswers known) {
    if (known.isComplete()) {
      done.accept(known.whole(use));
    }
  }
}
