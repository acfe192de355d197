package io.detour.rules;

import io.detour.core.Host;
import io.detour.core.HostPort;

/** Hosts and matchers that a test knows to be good. */
public final class Hosts {
  private Hosts() {}

  /** A host, or a failed test. */
  public static Host host(String text) {
    return (Host) Host.parse(text);
  }

  /** A host and port, 443 if the text has none, or a failed test. */
  public static HostPort asked(String text) {
    return (HostPort) HostPort.parse(text, 443);
  }

  static HostMatcher exact(String text) {
    return (HostMatcher) HostMatcher.Exact.parse(text);
  }

  static HostMatcher suffix(String text) {
    return (HostMatcher) HostMatcher.Suffix.parse(text);
  }

  static HostMatcher regex(String text) {
    return (HostMatcher) HostMatcher.Regex.parse(text);
  }

  static Outcome rewrite(String to) {
    return new Outcome.Rewrite((Target) Target.parse(to));
  }
}
