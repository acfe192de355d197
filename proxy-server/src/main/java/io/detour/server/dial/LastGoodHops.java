package io.detour.server.dial;

import io.detour.rules.Hop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which hop of a route was connected last, for routes whose first hop failed. A bounded number: the
 * oldest goes first. For one event loop; time is passed in.
 */
final class LastGoodHops {
  /** How long walks begin with the hop that worked. */
  static final Duration KEPT = Duration.ofSeconds(30);

  /** About 1 MB. A wildcard rule has as many routes as there are names. */
  static final int MAX_ROUTES = 1000;

  private final Map<List<Hop>, Good> routes = new LinkedHashMap<>();

  private record Good(int hop, long sinceNanos) {}

  /**
   * With which hop a walk begins. When a memory is over, the first walk that asks is sent to the
   * first hop, and those after it go on with the remembered one until there is news. What nobody
   * has asked for since is forgotten. 0 if nothing is remembered.
   */
  int first(List<Hop> hops, long now) {
    Good good = remembered(hops);
    if (good == null) {
      return 0;
    }
    long age = now - good.sinceNanos;
    if (age < KEPT.toNanos()) {
      return good.hop;
    }
    if (age < 2 * KEPT.toNanos()) {
      put(hops, good.hop, now);
    } else {
      routes.remove(hops);
    }
    return 0;
  }

  private @Nullable Good remembered(List<Hop> hops) {
    return routes.isEmpty() || hops.size() == 1 ? null : routes.get(hops);
  }

  /** A walk came to a hop and connected it. */
  void connected(List<Hop> hops, int hop, long now) {
    if (hop > 0) {
      put(hops, hop, now);
    } else if (remembered(hops) != null) {
      routes.remove(hops);
    }
  }

  private void put(List<Hop> hops, int hop, long now) {
    routes.remove(hops);
    if (routes.size() == MAX_ROUTES) {
      routes.remove(routes.keySet().iterator().next());
    }
    routes.put(hops, new Good(hop, now));
  }

  void failed(List<Hop> hops) {
    routes.remove(hops);
  }

  int size() {
    return routes.size();
  }
}
