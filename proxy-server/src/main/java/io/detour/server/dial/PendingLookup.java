package io.detour.server.dial;

import io.detour.server.dns.FamilyAnswers;
import io.detour.server.dns.Ipv6;
import io.detour.server.dns.NameLookup;
import io.detour.server.dns.NameResolver;
import io.detour.server.dns.Resolution;
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
