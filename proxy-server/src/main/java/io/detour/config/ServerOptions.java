package io.detour.config;

import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.rules.RuleSet;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleLoader.RuleSupply;
import io.detour.server.dial.DialOptions;
import io.detour.server.log.LogOptions;
import io.detour.server.serve.ClientTimeouts;
import io.detour.server.serve.Forward;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a server serves. Immutable.
 *
 * @param listen where clients of the proxy are accepted; may be empty if {@code forward} is not
 * @param forward plain TCP listeners; may be empty
 * @param admin where the admin interface is
 * @param rules which names lead where, and how that changes
 * @param access who may use the proxy, and for what
 * @param limits how much of it
 * @param timeouts how long clients wait, and are waited for
 * @param dial how targets are resolved and connected to, the destinations of {@code access}
 *     included
 * @param relay how bytes are moved
 * @param ledger who used which legacy name is kept there
 * @param threads number of event loops, at least 1
 * @param busyPoll how long an event loop looks for more events before its thread sleeps, if few
 *     came last; zero for not at all
 * @param log what is logged of clients; where lines go is not the server's to say
 * @param certificateWatch how long it is between two looks at the certificate of a target; zero for
 *     none
 * @param configuration all of it as YAML without secrets, for people to look at
 */
public record ServerOptions(
    List<ListenerOptions> listen,
    List<Forward> forward,
    AdminOptions admin,
    RuleSupply rules,
    AccessOptions access,
    LimitOptions limits,
    ClientTimeouts timeouts,
    DialOptions dial,
    RelayOptions relay,
    LedgerOptions ledger,
    int threads,
    Duration busyPoll,
    LogOptions log,
    Duration certificateWatch,
    String configuration) {

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

  /**
   * {@code 127.0.0.1:3128}, admin on {@code 127.0.0.1:3129}, no forward, no rules, no ledger, and
   * everything is allowed to everybody, and every use is logged. Certificates are not watched.
   */
  public static ServerOptions defaults() {
    return of(Configuration.defaults(), RuleSupply.fixed(RuleSet.empty()))
        .withAccess(AccessOptions.open())
        .withCertificateWatch(Duration.ZERO)
        .withLedger(LedgerOptions.off())
        .withLog(LogOptions.defaults().withUsesPerMinute(0));
  }

  /** What a configuration says, with rules that have been read. */
  public static ServerOptions of(Configuration configuration, RuleSupply rules) {
    int threads = configuration.threads();
    return new ServerOptions(
        configuration.listen(),
        configuration.forward(),
        configuration.admin(),
        rules,
        configuration.access(),
        configuration.limits(),
        configuration.clientTimeouts(),
        configuration.dialOptions(),
        configuration.relayOptions(),
        configuration.ledger(),
        threads == Configuration.AUTOMATIC ? automaticThreads() : threads,
        configuration.relay().busyPoll(),
        configuration.log(),
        configuration.certificateWatch(),
        ConfigurationYaml.of(configuration));
  }

  /**
   * Half of the processors that this process may use: the other half has the kernel's part of each
   * connection to do, and what else runs here.
   */
  private static int automaticThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** The same with other addresses, about which nothing else is said. */
  public ServerOptions withListen(
      List<? extends ListenAddress> clients, ListenAddress.Inet adminAddress) {
    return with(
        draft -> {
          draft.listen = clients.stream().map(ListenerOptions::of).toList();
          draft.admin = admin.withListen(adminAddress);
        });
  }

  /** The same with other listeners for clients of the proxy. */
  public ServerOptions withListeners(List<ListenerOptions> others) {
    return with(draft -> draft.listen = others);
  }

  /** The same with other plain TCP listeners. */
  public ServerOptions withForward(List<Forward> other) {
    return with(draft -> draft.forward = other);
  }

  /** The same with another admin interface. */
  public ServerOptions withAdmin(AdminOptions other) {
    return with(draft -> draft.admin = other);
  }

  /** The same with other rules. */
  public ServerOptions withRules(RuleSupply other) {
    return with(draft -> draft.rules = other);
  }

  /** The same for others or for something else; the destinations are those of the dialer, too. */
  public ServerOptions withAccess(AccessOptions other) {
    return with(
        draft -> {
          draft.access = other;
          draft.dial = dial.withDestinations(other.destinations());
        });
  }

  /** The same with other limits. */
  public ServerOptions withLimits(LimitOptions other) {
    return with(draft -> draft.limits = other);
  }

  /** The same with other limits for the number of clients. */
  public ServerOptions withLimits(ClientLimits other) {
    return withLimits(new LimitOptions(other, limits.heads()));
  }

  /** The same with other timeouts for clients. */
  public ServerOptions withTimeouts(ClientTimeouts other) {
    return with(draft -> draft.timeouts = other);
  }

  /** The same with another timeout for request heads. */
  public ServerOptions withHeadTimeout(Duration other) {
    return withTimeouts(
        new ClientTimeouts(
            other, timeouts.idle(), timeouts.body(), timeouts.response(), timeouts.writeStall()));
  }

  /** The same with other ways to dial. */
  public ServerOptions withDial(DialOptions other) {
    return with(draft -> draft.dial = other);
  }

  /** The same with another relay. */
  public ServerOptions withRelay(RelayOptions other) {
    return with(draft -> draft.relay = other);
  }

  /** The same with another ledger. */
  public ServerOptions withLedger(LedgerOptions other) {
    return with(draft -> draft.ledger = other);
  }

  /** The same with another number of event loops. */
  public ServerOptions withThreads(int other) {
    return with(draft -> draft.threads = other);
  }

  /** The same with other lines about clients. */
  public ServerOptions withLog(LogOptions other) {
    return with(draft -> draft.log = other);
  }

  /** The same with another time between two looks at a certificate; zero for none. */
  public ServerOptions withCertificateWatch(Duration other) {
    return with(draft -> draft.certificateWatch = other);
  }

  private ServerOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options in the making. */
  private static final class Draft {
    private List<ListenerOptions> listen;
    private List<Forward> forward;
    private AdminOptions admin;
    private RuleSupply rules;
    private AccessOptions access;
    private LimitOptions limits;
    private ClientTimeouts timeouts;
    private DialOptions dial;
    private RelayOptions relay;
    private LedgerOptions ledger;
    private int threads;
    private final Duration busyPoll;
    private LogOptions log;
    private Duration certificateWatch;
    private final String configuration;

    Draft(ServerOptions from) {
      listen = from.listen;
      forward = from.forward;
      admin = from.admin;
      rules = from.rules;
      access = from.access;
      limits = from.limits;
      timeouts = from.timeouts;
      dial = from.dial;
      relay = from.relay;
      ledger = from.ledger;
      threads = from.threads;
      busyPoll = from.busyPoll;
      log = from.log;
      certificateWatch = from.certificateWatch;
      configuration = from.configuration;
    }

    ServerOptions options() {
      return new ServerOptions(
          listen,
          forward,
          admin,
          rules,
          access,
          limits,
          timeouts,
          dial,
          relay,
          ledger,
          threads,
          busyPoll,
          log,
          certificateWatch,
          configuration);
    }
  }
}
