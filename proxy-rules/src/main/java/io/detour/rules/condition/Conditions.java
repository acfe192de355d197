package io.detour.rules.condition;

import io.detour.core.Address;
import io.detour.core.Subnet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a rule is for, beside the host. Everything that is said must hold. Immutable.
 *
 * @param ports any of these, or empty for every port
 * @param clients any of these, or empty for every client
 * @param users any of these, or empty for every user and for nobody known
 * @param rollout the part of the clients
 */
public record Conditions(
    List<PortRange> ports, List<Subnet> clients, Set<String> users, Rollout rollout) {
  /** Every request. */
  public static final Conditions ANY =
      new Conditions(List.of(), List.of(), Set.of(), Rollout.EVERYBODY);

  public Conditions {
    ports = List.copyOf(ports);
    clients = List.copyOf(clients);
    users = Set.copyOf(users);
  }

  /**
   * What keeps a request out, or null. Allocates nothing.
   *
   * @param rule the name of the rule, which gives each rollout its own clients
   */
  @Nullable
  public SkipReason obstacle(Request request, String rule) {
    if (!ports.isEmpty() && !hasPort(request.asked().port())) {
      return SkipReason.PORT;
    }
    if (!clients.isEmpty() && !hasClient(request.client())) {
      return SkipReason.CLIENT;
    }
    if (!users.isEmpty() && (request.user() == null || !users.contains(request.user()))) {
      return SkipReason.USER;
    }
    return rollout.includes(request.client(), rule) ? null : SkipReason.ROLLOUT;
  }

  private boolean hasPort(int port) {
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).contains(port)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasClient(@Nullable Address client) {
    if (client != null) {
      for (int i = 0; i < clients.size(); i++) {
        if (clients.get(i).contains(client)) {
          return true;
        }
      }
    }
    return false;
  }
}
