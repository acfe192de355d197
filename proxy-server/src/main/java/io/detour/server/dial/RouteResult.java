package io.detour.server.dial;

import io.detour.rules.Hop;
import java.util.List;

/**
 * How the walk over a route ended.
 *
 * @param result of the hop that decided
 * @param hop the one that decided: it is connected, or its failure is that of the walk
 * @param failures every hop that was dialled in vain, in the order of the dials; {@code hop} is
 *     among them if it failed, and not if it is connected
 */
public record RouteResult(DialResult result, Hop hop, List<FailedHop> failures) {
  /** Copies the list. */
  public RouteResult {
    failures = List.copyOf(failures);
  }

  /**
   * A hop that was dialled in vain.
   *
   * @param hop the target
   * @param failure why
   */
  public record FailedHop(Hop hop, DialResult.Failed failure) {}

  /** How many hops were dialled: at least one. */
  public int tried() {
    return failures.size() + (result instanceof DialResult.Connected ? 1 : 0);
  }

  /** Time spent on lookups in nanoseconds, over all hops. */
  public long dnsNanos() {
    long nanos = result instanceof DialResult.Connected ? result.dnsNanos() : 0;
    for (FailedHop failed : failures) {
      nanos += failed.failure().dnsNanos();
    }
    return nanos;
  }

  /** Time spent on connecting in nanoseconds, over all hops. */
  public long connectNanos() {
    long nanos = result instanceof DialResult.Connected ? result.connectNanos() : 0;
    for (FailedHop failed : failures) {
      nanos += failed.failure().connectNanos();
    }
    return nanos;
  }
}
