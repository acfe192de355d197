package io.detour.rules.host;

import java.util.List;

/**
 * What the text of a regular expression says about the hosts that it matches. Immutable.
 *
 * @param tail every match ends with this text; empty if none is known
 * @param everything whether every host matches, as {@code .*} says
 * @param plain exact hosts and suffixes that together match the same hosts; empty if there are none
 */
public record RegexShape(String tail, boolean everything, List<HostMatcher> plain) {
  public RegexShape {
    plain = List.copyOf(plain);
  }

  /** Reads the text of an expression. */
  public static RegexShape of(HostMatcher.Regex regex) {
    RegexLiterals literals = RegexLiterals.of(regex.pattern().pattern());
    return new RegexShape(
        literals.tail(),
        literals.everything(),
        literals.plain().stream().map(RegexShape::matcher).toList());
  }

  private static HostMatcher matcher(PlainMatch plain) {
    return switch (plain.kind()) {
      case EXACT -> HostMatcher.Exact.parse(plain.text()).orElseThrow();
      case SUFFIX -> HostMatcher.Suffix.parse(plain.text()).orElseThrow();
    };
  }
}
