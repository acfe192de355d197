package io.detour.rules;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Request;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.stream.Stream;

/** Hosts and matchers that a test knows to be good. */
public final class Hosts {
  private Hosts() {}

  /** A host, or a failed test. */
  public static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }

  /** A host and port, 443 if the text has none, or a failed test. */
  public static HostPort asked(String text) {
    return HostPort.parse(text, 443).orElseThrow();
  }

  public static HostMatcher exact(String text) {
    return HostMatcher.Exact.parse(text).orElseThrow();
  }

  public static HostMatcher suffix(String text) {
    return HostMatcher.Suffix.parse(text).orElseThrow();
  }

  public static HostMatcher regex(String text) {
    return HostMatcher.Regex.parse(text).orElseThrow();
  }

  /** A request by nobody known, at no time, 443 if the text has no port, or a failed test. */
  public static Request request(String text) {
    return Request.of(asked(text), Request.NO_TIME);
  }

  /** An address, or a failed test. */
  public static Address address(String text) {
    return Address.of(host(text));
  }

  static Outcome rewrite(String... to) {
    List<Target> targets = Stream.of(to).map(text -> Target.parse(text).orElseThrow()).toList();
    return new Outcome.Rewrite(targets, Fallback.DEFAULT, HostHeader.REWRITE);
  }

  /** An enforced rule for every request. */
  static Rule rule(int index, Outcome outcome, HostMatcher... hosts) {
    return rule(index, Conditions.ANY, Lifetime.ALWAYS, outcome, Mode.ENFORCE, hosts);
  }

  /** A rule r0, r1, ... in line 1, 2, ... */
  static Rule rule(
      int index,
      Conditions scope,
      Lifetime lifetime,
      Outcome outcome,
      Mode mode,
      HostMatcher... hosts) {
    return new Rule(
        "r" + index,
        index,
        "rules.yaml",
        1 + index,
        5,
        List.of(hosts),
        scope,
        lifetime,
        outcome,
        mode,
        new Rule.Log(LogLevel.INFO, null),
        Rule.Notes.NONE);
  }
}
