package io.detour.server;

import io.detour.core.relay.RelayOptions;
import io.detour.rules.RuleSet;
import io.detour.server.config.Configuration;
import io.detour.server.config.Timeout;
import io.detour.server.connect.ClientTimeouts;
import io.detour.server.dial.DialOptions;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import io.detour.server.reload.RuleSupply;
import java.time.Duration;
import java.util.List;

/**
 * How a server serves.
 *
 * @param listen where clients of the proxy are accepted; may be empty if {@code forward} is not
 * @param forward plain TCP listeners; may be empty
 * @param admin where the admin interface listens
 * @param rules which names lead where, and how that changes
 * @param dial how targets are resolved and connected to
 * @param relay how bytes are moved
 * @param timeouts how long a client waits, and is waited for
 * @param threads number of event loops, at least 1
 * @param busyPoll how long an event loop looks for more events before its thread sleeps, if few
 *     came last; zero for not at all
 */
public record ServerOptions(
    List<ListenAddress> listen,
    List<Forward> forward,
    ListenAddress admin,
    RuleSupply rules,
    DialOptions dial,
    RelayOptions relay,
    ClientTimeouts timeouts,
    int threads,
    Duration busyPoll) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no thread
   */
  public ServerOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1 or more)");
    }
    listen = List.copyOf(listen);
    forward = List.copyOf(forward);
  }

  /** {@code 127.0.0.1:3128}, admin on {@code 127.0.0.1:3129}, no forward, no rules. */
  public static ServerOptions defaults() {
    return of(Configuration.defaults(), RuleSupply.fixed(RuleSet.empty()));
  }

  /** What a configuration says, with rules that have been read. */
  public static ServerOptions of(Configuration configuration, RuleSupply rules) {
    int threads = configuration.threads();
    return new ServerOptions(
        configuration.listen(),
        configuration.forward(),
        configuration.admin(),
        rules,
        configuration.dialOptions(),
        configuration.relayOptions(),
        timeouts(configuration),
        threads == Configuration.AUTOMATIC ? automaticThreads() : threads,
        configuration.relay().busyPoll());
  }

  private static ClientTimeouts timeouts(Configuration configuration) {
    return new ClientTimeouts(
        configuration.timeout(Timeout.HEAD),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        configuration.relayOptions().writeStall());
  }

  /**
   * Half of the processors that this process may use: the other half has the kernel's part of each
   * connection to do, and what else runs here.
   */
  private static int automaticThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** The same with other addresses. */
  public ServerOptions withListen(List<ListenAddress> clients, ListenAddress adminAddress) {
    return new ServerOptions(
        clients, forward, adminAddress, rules, dial, relay, timeouts, threads, busyPoll);
  }

  /** The same with other plain TCP listeners. */
  public ServerOptions withForward(List<Forward> other) {
    return new ServerOptions(listen, other, admin, rules, dial, relay, timeouts, threads, busyPoll);
  }

  /** The same with other rules. */
  public ServerOptions withRules(RuleSupply other) {
    return new ServerOptions(
        listen, forward, admin, other, dial, relay, timeouts, threads, busyPoll);
  }

  /** The same with other ways to dial. */
  public ServerOptions withDial(DialOptions other) {
    return new ServerOptions(
        listen, forward, admin, rules, other, relay, timeouts, threads, busyPoll);
  }

  /** The same with another relay. */
  public ServerOptions withRelay(RelayOptions other) {
    return new ServerOptions(
        listen, forward, admin, rules, dial, other, timeouts, threads, busyPoll);
  }

  /** The same with another timeout for request heads. */
  public ServerOptions withHeadTimeout(Duration other) {
    return withTimeouts(
        new ClientTimeouts(
            other, timeouts.idle(), timeouts.body(), timeouts.response(), timeouts.writeStall()));
  }

  /** The same with other timeouts for clients. */
  public ServerOptions withTimeouts(ClientTimeouts other) {
    return new ServerOptions(listen, forward, admin, rules, dial, relay, other, threads, busyPoll);
  }

  /** The same with another number of event loops. */
  public ServerOptions withThreads(int other) {
    return new ServerOptions(listen, forward, admin, rules, dial, relay, timeouts, other, busyPoll);
  }
}
