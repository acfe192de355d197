package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.generate.NameEffect.Rewrite;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of targets, for systems that know no names of others. Immutable.
 *
 * @param known those of names that were resolved
 */
record TargetAddresses(Map<Host, List<InetAddress>> known) {
  /** The addresses of a constant target; empty if they are not known. */
  List<InetAddress> of(Rewrite rewrite) {
    Host host = rewrite.constant();
    if (host == null) {
      return List.of();
    }
    return host.isAddress()
        ? List.of(InetAddress.ofLiteral(host.name()))
        : known.getOrDefault(host, List.of());
  }

  /** Why a target cannot be written as addresses, or null if it can. */
  @Nullable String obstacle(Rewrite rewrite) {
    if (!rewrite.isConstant()) {
      return "its target depends on the name";
    }
    if (rewrite.port().isPresent()) {
      return "it changes the port, which a name server cannot";
    }
    return of(rewrite).isEmpty() ? "the addresses of " + rewrite.to() + " are not known" : null;
  }
}
