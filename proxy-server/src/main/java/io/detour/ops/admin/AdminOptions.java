package io.detour.ops.admin;

import io.detour.core.Host;
import io.detour.server.accept.ListenAddress;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Where the admin interface is, and names it accepts in {@code Host} beside IP and localhost. */
public record AdminOptions(ListenAddress.Inet listen, Set<Host> hosts) {
  public static final ListenAddress.Inet DEFAULT_LISTEN =
      ListenAddress.Inet.parse("127.0.0.1:3129");

  public AdminOptions {
    hosts = Collections.unmodifiableSet(new LinkedHashSet<>(hosts));
  }
}
