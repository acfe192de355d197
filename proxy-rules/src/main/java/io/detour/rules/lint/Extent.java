package io.detour.rules.lint;

import io.detour.rules.host.HostMatcher;

/** Which hosts a matcher matches, seen from its domain or text. */
enum Extent {
  /** The domain itself, as a host. */
  HOST,
  /** All names below the domain. */
  BELOW,
  /** The domain itself and all names below it. */
  HOST_AND_BELOW,
  /** What the expression with this text matches. */
  EXPRESSION,
  /** Every host. */
  EVERYTHING;

  /** Of what an expression is taken for by its text alone. */
  static Extent of(HostMatcher matcher) {
    return switch (matcher) {
      case HostMatcher.Exact _ -> HOST;
      case HostMatcher.Suffix suffix -> suffix.withApex() ? HOST_AND_BELOW : BELOW;
      case HostMatcher.Regex _ -> EXPRESSION;
    };
  }

  /** Whether it has all hosts of another with the same domain or text. */
  boolean includes(Extent other) {
    return switch (this) {
      case EVERYTHING -> true;
      case HOST_AND_BELOW -> other == HOST || other == BELOW || other == HOST_AND_BELOW;
      case HOST, BELOW, EXPRESSION -> this == other;
    };
  }
}
