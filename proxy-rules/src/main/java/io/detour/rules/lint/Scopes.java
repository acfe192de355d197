package io.detour.rules.lint;

import io.detour.core.Subnet;
import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.PortRange;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** How the requests of two rules lie to each other, apart from the hosts. */
final class Scopes {
  private static final List<PortRange> ALL_PORTS = List.of(new PortRange(1, 65535));

  private Scopes() {}

  /** Whether a rule takes some request for a host that it matches, at some time. */
  static boolean takesSome(Rule rule) {
    return rule.mode() != Mode.OFF && rule.scope().rollout().percent() > 0;
  }

  /** Whether a rule takes every request for a host that it matches, at every time. */
  static boolean takesAll(Rule rule) {
    Conditions scope = rule.scope();
    return takesAlways(rule)
        && scope.ports().isEmpty()
        && scope.clients().isEmpty()
        && scope.users().isEmpty();
  }

  /**
   * Whether a rule takes, at every time, every request for a host that it matches which another
   * takes. What follows only from several of its subnets together is not seen.
   */
  static boolean takesAllOf(Rule wide, Rule narrow) {
    Conditions outer = wide.scope();
    Conditions inner = narrow.scope();
    return takesAlways(wide)
        && (outer.ports().isEmpty() || coverPorts(outer.ports(), orAll(inner.ports())))
        && (outer.clients().isEmpty() || coverClients(outer.clients(), inner.clients()))
        && (outer.users().isEmpty()
            || (!inner.users().isEmpty() && outer.users().containsAll(inner.users())));
  }

  private static boolean takesAlways(Rule rule) {
    return rule.mode() != Mode.OFF
        && rule.scope().rollout().percent() == Rollout.ALL
        && !isDisabledByExpiry(rule);
  }

  private static boolean isDisabledByExpiry(Rule rule) {
    return rule.lifetime().expiry() != null && rule.lifetime().expiry().then() == OnExpiry.DISABLE;
  }

  private static List<PortRange> orAll(List<PortRange> ports) {
    return ports.isEmpty() ? ALL_PORTS : ports;
  }

  private static boolean coverPorts(List<PortRange> outer, List<PortRange> inner) {
    return inner.stream().allMatch(range -> coverPorts(outer, range));
  }

  /** Goes from the end of one range to the next that goes on there. */
  private static boolean coverPorts(List<PortRange> outer, PortRange inner) {
    int next = inner.first();
    while (next <= inner.last()) {
      int port = next;
      int last =
          outer.stream()
              .filter(range -> range.contains(port))
              .mapToInt(PortRange::last)
              .max()
              .orElse(-1);
      if (last < 0) {
        return false;
      }
      next = last + 1;
    }
    return true;
  }

  private static boolean coverClients(List<Subnet> outer, List<Subnet> inner) {
    return !inner.isEmpty()
        && inner.stream().allMatch(subnet -> outer.stream().anyMatch(o -> o.contains(subnet)));
  }

  /**
   * Whether there may be one client whose request is taken by a rule, and whose request on the port
   * where that leads is taken by another.
   *
   * @param port where the first rule leads, or empty for the asked port
   */
  static boolean meet(Rule rule, OptionalInt port, Rule other) {
    Conditions from = rule.scope();
    Conditions to = other.scope();
    List<PortRange> ports =
        port.isPresent() ? List.of(new PortRange(port.getAsInt(), port.getAsInt())) : from.ports();
    return takesSome(other)
        && (ports.isEmpty() || to.ports().isEmpty() || portsMeet(ports, to.ports()))
        && (from.clients().isEmpty()
            || to.clients().isEmpty()
            || clientsMeet(from.clients(), to.clients()))
        && (from.users().isEmpty()
            || to.users().isEmpty()
            || !Collections.disjoint(from.users(), to.users()));
  }

  private static boolean portsMeet(List<PortRange> some, List<PortRange> others) {
    return some.stream()
        .anyMatch(
            a -> others.stream().anyMatch(b -> a.first() <= b.last() && b.first() <= a.last()));
  }

  private static boolean clientsMeet(List<Subnet> some, List<Subnet> others) {
    return some.stream()
        .anyMatch(a -> others.stream().anyMatch(b -> a.contains(b) || b.contains(a)));
  }
}
