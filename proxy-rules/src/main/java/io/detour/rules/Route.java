package io.detour.rules;

import io.detour.core.HostPort;
import java.util.List;
import java.util.Set;

/**
 * Where a request goes: the first hop that answers. Immutable.
 *
 * @param hops in the order in which they are tried, at least one
 * @param fallbackOn the failures after which the next one is tried
 * @param responses how the responses of plain HTTP that come from there are read
 */
public record Route(List<Hop> hops, Set<FallbackError> fallbackOn, Responses responses)
    implements Decision.Result {
  /** To where responses are read strictly. */
  public Route(List<Hop> hops, Set<FallbackError> fallbackOn) {
    this(hops, fallbackOn, Responses.STRICT);
  }

  /**
   * @throws IllegalArgumentException if there is no hop
   */
  public Route {
    hops = List.copyOf(hops);
    if (hops.isEmpty()) {
      throw new IllegalArgumentException("hops: none (expected: at least one)");
    }
  }

  /** To the asked host and nowhere else. */
  public static Route to(HostPort asked) {
    return to(asked, Responses.STRICT);
  }

  static Route to(HostPort asked, Responses responses) {
    return new Route(List.of(Hop.asked(asked)), Set.of(), responses);
  }

  /** The same where the asked host is no client's choice; a rule's targets say for themselves. */
  public Route trustingAsked() {
    return new Route(
        hops.stream().map(hop -> hop.target() == Hop.ASKED ? hop.trust() : hop).toList(),
        fallbackOn,
        responses);
  }

  /** The hop that is tried first. */
  public Hop first() {
    return hops.getFirst();
  }

  /** The first of the rule's own targets, or the asked host if there is none. */
  Hop firstTarget() {
    return hops.stream().filter(hop -> hop.target() != Hop.ASKED).findFirst().orElse(first());
  }
}
