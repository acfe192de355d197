package io.detour.server;

import io.detour.core.relay.RelayOptions;
import io.detour.rules.RuleSet;
import io.detour.server.dial.DialOptions;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a server serves.
 *
 * @param listen where clients are accepted; at least one
 * @param forward plain TCP listeners; may be empty
 * @param admin where the admin interface listens
 * @param rules decide which names lead where
 * @param dial how targets are resolved and connected to
 * @param relay how bytes are moved
 * @param headTimeout for the whole request head of a client
 */
public record ServerOptions(
    List<ListenAddress> listen,
    List<Forward> forward,
    ListenAddress admin,
    RuleSet rules,
    DialOptions dial,
    RelayOptions relay,
    Duration headTimeout) {

  private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(10);

  /** Copies the lists. */
  public ServerOptions {
    listen = List.copyOf(listen);
    forward = List.copyOf(forward);
  }

  /** {@code 127.0.0.1:3128}, admin on {@code 127.0.0.1:3129}, no forward, no rules. */
  public static ServerOptions defaults() {
    return new ServerOptions(
        List.of(ListenAddress.parse("127.0.0.1:3128")),
        List.of(),
        ListenAddress.parse("127.0.0.1:3129"),
        RuleSet.empty(),
        DialOptions.defaults(),
        RelayOptions.defaults(),
        HEAD_TIMEOUT);
  }

  /** The same with other addresses. */
  public ServerOptions withListen(List<ListenAddress> clients, ListenAddress adminAddress) {
    return new ServerOptions(clients, forward, adminAddress, rules, dial, relay, headTimeout);
  }

  /** The same with other plain TCP listeners. */
  public ServerOptions withForward(List<Forward> other) {
    return new ServerOptions(listen, other, admin, rules, dial, relay, headTimeout);
  }

  /** The same with other rules. */
  public ServerOptions withRules(RuleSet other) {
    return new ServerOptions(listen, forward, admin, other, dial, relay, headTimeout);
  }

  /** The same with other ways to dial. */
  public ServerOptions withDial(DialOptions other) {
    return new ServerOptions(listen, forward, admin, rules, other, relay, headTimeout);
  }

  /** The same with another relay. */
  public ServerOptions withRelay(RelayOptions other) {
    return new ServerOptions(listen, forward, admin, rules, dial, other, headTimeout);
  }

  /** The same with another timeout for request heads. */
  public ServerOptions withHeadTimeout(Duration other) {
    return new ServerOptions(listen, forward, admin, rules, dial, relay, other);
  }
}
