package io.detour.config;

import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.RuleSet;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleLoader.RuleSupply;
import io.detour.server.dial.DialOptions;
import io.detour.server.log.LogOptions;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.serve.ClientTimeouts;
import io.detour.server.serve.Forward;
import java.time.Duration;
import java.util.List;

/**
 * How a server serves: a configuration and the rules that it names. Immutable.
 *
 * @param settings which may differ from the file: the demo has its own
 * @param rules which names lead where, and how that changes
 * @param configuration the file and the options as YAML without secrets, for people to look at
 */
public record ServerOptions(Configuration settings, RuleSupply rules, String configuration) {
  /** What a configuration says, with rules that have been read. */
  public static ServerOptions of(Configuration configuration, RuleSupply rules) {
    return new ServerOptions(configuration, rules, ConfigurationYaml.of(configuration));
  }

  /**
   * {@code 127.0.0.1:3128}, admin on {@code 127.0.0.1:3129}, no forward, no rules, no ledger, and
   * everything is allowed to everybody, and every use is logged. Certificates are not watched.
   */
  public static ServerOptions defaults() {
    return of(Configuration.defaults(), RuleSupply.fixed(RuleSet.empty()))
        .withAccess(AccessOptions.open())
        .with(ConfigurationKey.CERTIFICATES_WATCH, Duration.ZERO)
        .with(ConfigurationKey.LEDGER_URL, new LedgerUrl.Off())
        .with(ConfigurationKey.LOG_USES_PER_MINUTE, 0);
  }

  /** The same with another value for a key. */
  public <T> ServerOptions with(ConfigurationKey<T> key, T value) {
    return with(settings.with(key, value));
  }

  private ServerOptions with(Configuration others) {
    return new ServerOptions(others, rules, configuration);
  }

  /** The same with other rules. */
  public ServerOptions withRules(RuleSupply other) {
    return new ServerOptions(settings, other, configuration);
  }

  /** The same with other addresses, and the defaults for each. */
  public ServerOptions withListen(
      List<? extends ListenAddress> clients, ListenAddress.Inet adminAddress) {
    return with(ConfigurationKey.LISTEN, clients.stream().map(ListenerOptions::of).toList())
        .with(ConfigurationKey.ADMIN_LISTEN, adminAddress);
  }

  /** The same for others or for something else. */
  public ServerOptions withAccess(AccessOptions other) {
    return with(settings.withAccess(other));
  }

  /** The same with other limits for the number of clients. */
  public ServerOptions withLimits(ClientLimits other) {
    return with(ConfigurationKey.LIMITS_TUNNELS, other.tunnels())
        .with(ConfigurationKey.LIMITS_TUNNELS_PER_CLIENT, other.tunnelsPerClient());
  }

  /** The same with another ledger. */
  public ServerOptions withLedger(LedgerOptions other) {
    return with(ConfigurationKey.LEDGER_URL, other.url())
        .with(ConfigurationKey.LEDGER_RETENTION, other.retention())
        .with(ConfigurationKey.LEDGER_MAX_ENTRIES, other.maxEntries());
  }

  public List<ListenerOptions> listen() {
    return settings.listen();
  }

  public List<Forward> forward() {
    return settings.forward();
  }

  public AdminOptions admin() {
    return settings.admin();
  }

  public AccessOptions access() {
    return settings.access();
  }

  public Limits limits() {
    return new Limits(settings.clientLimits(), settings.headLimits());
  }

  /** How many clients are served at once, and how large a head may be. */
  public record Limits(ClientLimits clients, HeadLimits heads) {}

  public ClientTimeouts timeouts() {
    return settings.clientTimeouts();
  }

  public DialOptions dial() {
    return settings.dialOptions();
  }

  public RelayOptions relay() {
    return settings.relayOptions();
  }

  public LedgerOptions ledger() {
    return settings.ledger();
  }

  public LogOptions log() {
    return settings.log();
  }

  /** Zero for no watch. */
  public Duration certificateWatch() {
    return settings.get(ConfigurationKey.CERTIFICATES_WATCH);
  }

  /** How long an event loop looks for more events before its thread sleeps; zero: not at all. */
  public Duration busyPoll() {
    return settings.get(ConfigurationKey.RELAY_BUSY_POLL);
  }

  /**
   * The number of event loops. Automatic is half of the processors that this process may use: the
   * other half has the kernel's part of each connection to do, and what else runs here.
   */
  public int threads() {
    int threads = settings.get(ConfigurationKey.THREADS);
    return threads == Configuration.AUTOMATIC
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
        : threads;
  }
}
