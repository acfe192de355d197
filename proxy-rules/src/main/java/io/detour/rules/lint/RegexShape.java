package io.detour.rules.lint;

import io.detour.rules.HostMatcher;
import java.util.List;

/**
 * What the text of a regular expression says about the hosts that it matches. Immutable.
 *
 * @param tail every match ends with this text; empty if nothing is known
 * @param plain exact hosts and suffixes that together match the same hosts; empty if there are none
 *     or nothing is known
 */
record RegexShape(String tail, List<HostMatcher> plain) {
  /** Nothing is known. */
  static final RegexShape UNKNOWN = new RegexShape("", List.of());

  RegexShape {
    plain = List.copyOf(plain);
  }
}
