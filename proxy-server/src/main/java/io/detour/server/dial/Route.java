package io.detour.server.dial;

import java.util.List;
import java.util.Set;

/**
 * The targets of a rule, in the order in which they are tried. Immutable.
 *
 * @param hops at least one
 * @param fallbackOn the failures on which the next one is tried
 */
public record Route(List<Hop> hops, Set<FallbackError> fallbackOn) {
  /**
   * @throws IllegalArgumentException if there is no hop
   */
  public Route {
    hops = List.copyOf(hops);
    fallbackOn = Set.copyOf(fallbackOn);
    if (hops.isEmpty()) {
      throw new IllegalArgumentException("hops: none (expected: at least one)");
    }
  }
}
