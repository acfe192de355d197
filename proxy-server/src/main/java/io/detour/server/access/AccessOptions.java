package io.detour.server.access;

import io.detour.core.Subnet;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the proxy, and for what. Immutable; any thread.
 *
 * @param clients addresses of clients that are served; none if all are
 * @param users a file of {@link UserFile}, or null if nobody is asked who they are
 * @param connectPorts ports to which tunnels may lead
 * @param forwardPorts ports to which plain HTTP requests may lead
 * @param destinations addresses that may be connected to
 */
public record AccessOptions(
    List<Subnet> clients,
    @Nullable Path users,
    PortSet connectPorts,
    PortSet forwardPorts,
    DestinationPolicy destinations) {
  private static final PortSet USUAL_CONNECT_PORTS = PortSet.of(443, 8443);

  /** Copies the list. */
  public AccessOptions {
    clients = List.copyOf(clients);
  }

  /** Every client, tunnels to the ports of HTTPS, and no address of a special class. */
  public static AccessOptions defaults() {
    return new AccessOptions(
        List.of(), null, USUAL_CONNECT_PORTS, PortSet.any(), DestinationPolicy.defaults());
  }

  /** Everything is allowed to everybody. */
  public static AccessOptions open() {
    return new AccessOptions(
        List.of(), null, PortSet.any(), PortSet.any(), DestinationPolicy.everything());
  }

  /** Whether it is up to a client's address if it is served. */
  public boolean limitsClients() {
    return !clients.isEmpty();
  }

  /** The same for other clients. */
  public AccessOptions withClients(List<Subnet> others) {
    return new AccessOptions(others, users, connectPorts, forwardPorts, destinations);
  }

  /** The same for the users of a file. */
  public AccessOptions withUsers(@Nullable Path file) {
    return new AccessOptions(clients, file, connectPorts, forwardPorts, destinations);
  }

  /** The same with other ports for tunnels, and for plain HTTP. */
  public AccessOptions withPorts(PortSet connect, PortSet forward) {
    return new AccessOptions(clients, users, connect, forward, destinations);
  }

  /** The same with other addresses that may be connected to. */
  public AccessOptions withDestinations(DestinationPolicy others) {
    return new AccessOptions(clients, users, connectPorts, forwardPorts, others);
  }
}
