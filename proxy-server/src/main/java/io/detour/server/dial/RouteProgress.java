package io.detour.server.dial;

import io.detour.rules.Hop;
import io.detour.server.dial.RouteResult.FailedHop;
import java.util.List;

/**
 * How far the walk over a route has come.
 *
 * @param hop the one that is being dialled
 * @param failures every hop that was dialled in vain before it, in the order of the dials
 */
public record RouteProgress(Hop hop, List<FailedHop> failures) {
  /** Copies the list. */
  public RouteProgress {
    failures = List.copyOf(failures);
  }

  /** How many hops were dialled: at least one. */
  public int tried() {
    return failures.size() + 1;
  }
}
