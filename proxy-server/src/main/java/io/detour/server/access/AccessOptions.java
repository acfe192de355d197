package io.detour.server.access;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.server.account.RequestKind;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of who may use the proxy, and for what. Immutable; any thread.
 *
 * @param clients addresses of clients that are served; none if all are
 * @param users a file of {@link UserFile}, or null if clients need no password
 * @param connectPorts ports to which tunnels may lead
 * @param forwardPorts ports to which plain HTTP requests may lead
 * @param strictHost whether the field Host has to name the target, which decides in any case
 * @param lenientConnect whether CONNECT of HTTP/1.1 may be without Host
 */
public record AccessOptions(
    List<Subnet> clients,
    @Nullable Path users,
    PortSet connectPorts,
    PortSet forwardPorts,
    boolean strictHost,
    boolean lenientConnect,
    DestinationPolicy destinations) {
  private static final PortSet DEFAULT_CONNECT_PORTS = PortSet.of(80, 443, 8443);

  private static final Refusal NOT_ADMITTED =
      new Refusal(
          403,
          ProxyErrorType.HTTP_REQUEST_DENIED,
          "this client's address may not use the proxy (access.clients)");

  public AccessOptions {
    clients = List.copyOf(clients);
  }

  /** Every client, tunnels to the usual ports of the web, and no address of a special class. */
  public static AccessOptions defaults() {
    return new AccessOptions(
        List.of(),
        null,
        DEFAULT_CONNECT_PORTS,
        PortSet.any(),
        false,
        false,
        DestinationPolicy.defaults());
  }

  /** Everything is allowed to everybody. */
  public static AccessOptions open() {
    return new AccessOptions(
        List.of(),
        null,
        PortSet.any(),
        PortSet.any(),
        false,
        false,
        DestinationPolicy.everything());
  }

  public boolean limitsClients() {
    return !clients.isEmpty();
  }

  /** Why a client, whose address may be unknown, may not use the proxy at all; null if it may. */
  public @Nullable Refusal refusal(@Nullable Address client) {
    boolean admitted =
        !limitsClients()
            || (client != null && clients.stream().anyMatch(subnet -> subnet.contains(client)));
    return admitted ? null : NOT_ADMITTED;
  }

  /**
   * Why a client must not ask for a target, or null if it may.
   *
   * @param kind how it asks; the target of a plain TCP listener is no client's choice
   * @param asked as the client has it, before the rules
   */
  public @Nullable Refusal refusal(RequestKind kind, HostPort asked) {
    return switch (kind) {
      case CONNECT -> refusal("tunnels", asked, "access.connect_ports", connectPorts);
      case FORWARD -> refusal("requests", asked, "access.forward_ports", forwardPorts);
      case TCP -> null;
    };
  }

  private static @Nullable Refusal refusal(
      String what, HostPort asked, String key, PortSet allowed) {
    if (allowed.contains(asked.port())) {
      return null;
    }
    String details =
        "%s to port %d are not allowed (%s: %s)".formatted(what, asked.port(), key, allowed.text());
    return new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, details);
  }

  public AccessOptions withPorts(PortSet connect, PortSet forward) {
    return new AccessOptions(
        clients, users, connect, forward, strictHost, lenientConnect, destinations);
  }
}
