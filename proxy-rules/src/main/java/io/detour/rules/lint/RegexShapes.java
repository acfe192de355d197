package io.detour.rules.lint;

import io.detour.rules.HostMatcher;
import java.util.IdentityHashMap;
import java.util.function.Function;

/** The shapes of regular expressions, each found out once. For one thread. */
final class RegexShapes {
  private final Function<HostMatcher.Regex, RegexShape> analysis;
  private final IdentityHashMap<HostMatcher.Regex, RegexShape> known = new IdentityHashMap<>();

  RegexShapes(Function<HostMatcher.Regex, RegexShape> analysis) {
    this.analysis = analysis;
  }

  RegexShape of(HostMatcher.Regex regex) {
    return known.computeIfAbsent(regex, analysis);
  }
}
