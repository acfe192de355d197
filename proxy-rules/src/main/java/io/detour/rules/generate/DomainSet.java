package io.detour.rules.generate;

import io.detour.core.Host;
import java.util.HashSet;
import java.util.Set;

/** Domains, each of which stands for the names below it. One thread. */
final class DomainSet {
  private final Set<String> domains = new HashSet<>();
  private final Set<String> ancestors = new HashSet<>();

  void add(Host domain) {
    String name = domain.name();
    if (domains.add(name)) {
      for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        ancestors.add(name.substring(dot + 1));
      }
    }
  }

  /** Whether a name is below a member. */
  boolean contains(Host host) {
    return !host.isAddress() && hasAncestorOf(host.name());
  }

  /** Whether all names below a domain are below a member. */
  boolean covers(Host domain) {
    return domains.contains(domain.name()) || hasAncestorOf(domain.name());
  }

  /** Whether a name below a domain may be below a member. */
  boolean overlaps(Host domain) {
    return covers(domain) || ancestors.contains(domain.name());
  }

  private boolean hasAncestorOf(String name) {
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (domains.contains(name.substring(dot + 1))) {
        return true;
      }
    }
    return false;
  }
}
