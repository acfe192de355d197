package io.detour.ops.admin;

import io.detour.core.Host;
import io.detour.server.accept.ListenAddress;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Where the admin interface is. Immutable.
 *
 * @param listen its TCP port
 * @param hosts names that are accepted in {@code Host} beside IP literals and {@code localhost}
 */
public record AdminOptions(ListenAddress.Inet listen, Set<Host> hosts) {
  public AdminOptions {
    hosts = Collections.unmodifiableSet(new LinkedHashSet<>(hosts));
  }

  /** {@code 127.0.0.1:3129}. */
  public static AdminOptions defaults() {
    return at(ListenAddress.Inet.parse("127.0.0.1:3129"));
  }

  public static AdminOptions at(ListenAddress.Inet listen) {
    return new AdminOptions(listen, Set.of());
  }

  public AdminOptions withListen(ListenAddress.Inet other) {
    return new AdminOptions(other, hosts);
  }
}
