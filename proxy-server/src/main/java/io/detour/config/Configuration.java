package io.detour.config;

import io.detour.core.HostPort;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.rules.generate.PacOptions;
import io.detour.rules.lint.Lint.Setting;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.DescriptorBudget;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dns.DnsOptions;
import io.detour.server.log.LogOptions;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.serve.ClientTimeouts;
import io.detour.server.serve.Forward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A value for each {@link ConfigurationKey}, and what parts of a server make of them. Immutable.
 */
public final class Configuration {
  /** A number that Detour chooses. */
  public static final int AUTOMATIC = RelayOptions.AUTOMATIC;

  private static final Configuration DEFAULTS = new Configuration(Map.of());

  /** Those that are not the default. */
  private final Map<ConfigurationKey<?>, Object> values;

  private Configuration(Map<ConfigurationKey<?>, Object> values) {
    this.values = values;
  }

  /** What holds where neither a file nor an option says otherwise. */
  public static Configuration defaults() {
    return DEFAULTS;
  }

  @SuppressWarnings("unchecked") // with puts no others in
  public <T> T get(ConfigurationKey<T> key) {
    Object value = values.get(key);
    return value == null ? key.usual() : (T) value;
  }

  /** The same with another value for a key. */
  public <T> Configuration with(ConfigurationKey<T> key, T value) {
    Map<ConfigurationKey<?>, Object> others = new HashMap<>(values);
    if (value.equals(key.usual())) {
      others.remove(key);
    } else {
      others.put(key, value);
    }
    return new Configuration(others);
  }

  /** Where clients of the proxy are accepted; may be empty if {@link #forward} is not. */
  public List<ListenerOptions> listen() {
    return get(ConfigurationKey.LISTEN);
  }

  public List<Forward> forward() {
    return get(ConfigurationKey.FORWARD);
  }

  public AdminOptions admin() {
    return new AdminOptions(get(ConfigurationKey.ADMIN_LISTEN), get(ConfigurationKey.ADMIN_HOSTS));
  }

  public RuleSource rules() {
    return get(ConfigurationKey.RULES);
  }

  public AccessOptions access() {
    return new AccessOptions(
        get(ConfigurationKey.ACCESS_CLIENTS),
        get(ConfigurationKey.ACCESS_USERS).orElse(null),
        get(ConfigurationKey.ACCESS_CONNECT_PORTS),
        get(ConfigurationKey.ACCESS_FORWARD_PORTS),
        get(ConfigurationKey.ACCESS_STRICT_HOST),
        get(ConfigurationKey.ACCESS_LENIENT_CONNECT),
        get(ConfigurationKey.ACCESS_DESTINATIONS));
  }

  /** The same with other keys below {@code access}. */
  public Configuration withAccess(AccessOptions access) {
    return with(ConfigurationKey.ACCESS_CLIENTS, access.clients())
        .with(ConfigurationKey.ACCESS_USERS, Optional.ofNullable(access.users()))
        .with(ConfigurationKey.ACCESS_CONNECT_PORTS, access.connectPorts())
        .with(ConfigurationKey.ACCESS_FORWARD_PORTS, access.forwardPorts())
        .with(ConfigurationKey.ACCESS_STRICT_HOST, access.strictHost())
        .with(ConfigurationKey.ACCESS_LENIENT_CONNECT, access.lenientConnect())
        .with(ConfigurationKey.ACCESS_DESTINATIONS, access.destinations());
  }

  /** The same with other limits for the number of clients. */
  public Configuration withLimits(ClientLimits limits) {
    return with(ConfigurationKey.LIMITS_TUNNELS, limits.tunnels())
        .with(ConfigurationKey.LIMITS_TUNNELS_PER_CLIENT, limits.tunnelsPerClient());
  }

  public ClientLimits clientLimits() {
    return new ClientLimits(
        get(ConfigurationKey.LIMITS_TUNNELS), get(ConfigurationKey.LIMITS_TUNNELS_PER_CLIENT));
  }

  /** How large the head of a message may be. */
  public HeadLimits headLimits() {
    return new HeadLimits(
        get(ConfigurationKey.LIMITS_HEAD),
        get(ConfigurationKey.LIMITS_TARGET),
        get(ConfigurationKey.LIMITS_FIELDS));
  }

  /** How long clients wait, and are waited for. */
  public ClientTimeouts clientTimeouts() {
    return new ClientTimeouts(
        get(ConfigurationKey.TIMEOUT_HEAD),
        get(ConfigurationKey.TIMEOUT_HTTP_KEEP_ALIVE),
        get(ConfigurationKey.TIMEOUT_BODY),
        get(ConfigurationKey.TIMEOUT_RESPONSE),
        get(ConfigurationKey.TIMEOUT_WRITE_STALL));
  }

  public DialOptions dialOptions() {
    DnsOptions dns =
        new DnsOptions(
            get(ConfigurationKey.TIMEOUT_DNS),
            get(ConfigurationKey.RESOLVER_SERVERS),
            get(ConfigurationKey.RESOLVER_HOSTS),
            get(ConfigurationKey.RESOLVER_SEARCH),
            get(ConfigurationKey.RESOLVER_IPV6),
            DescriptorBudget.dnsSockets(clientLimits(), threads()));
    return new DialOptions(
        dns,
        get(ConfigurationKey.TIMEOUT_CONNECT),
        get(ConfigurationKey.ACCESS_DESTINATIONS),
        get(ConfigurationKey.PARENTS),
        null);
  }

  /**
   * The number of event loops. Automatic is half of the processors that this process may use: the
   * other half has the kernel's part of each connection to do, and what else runs here.
   */
  public int threads() {
    int threads = get(ConfigurationKey.THREADS);
    return threads == AUTOMATIC
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
        : threads;
  }

  public RelayOptions relayOptions() {
    RelayOptions defaults = RelayOptions.defaults();
    return defaults
        .withMode(get(ConfigurationKey.RELAY_MODE))
        .withChunks(get(ConfigurationKey.RELAY_PIPE_SIZE), defaults.bufferBytes())
        .withPipes(get(ConfigurationKey.RELAY_PIPES))
        .withKeepAlive(get(ConfigurationKey.TIMEOUT_KEEP_ALIVE))
        .withTimeouts(
            get(ConfigurationKey.TIMEOUT_IDLE),
            get(ConfigurationKey.TIMEOUT_HALF_CLOSE),
            get(ConfigurationKey.TIMEOUT_WRITE_STALL));
  }

  /** Which proxies a PAC file names. */
  public PacOptions pac() {
    return new PacOptions(get(ConfigurationKey.PAC_PROXIES), get(ConfigurationKey.PAC_OTHERWISE));
  }

  /** Who used which legacy name is kept there. */
  public LedgerOptions ledger() {
    return new LedgerOptions(
        get(ConfigurationKey.LEDGER_URL),
        get(ConfigurationKey.LEDGER_RETENTION),
        get(ConfigurationKey.LEDGER_MAX_ENTRIES));
  }

  public LogOptions log() {
    return new LogOptions(
        get(ConfigurationKey.LOG_FORMAT),
        get(ConfigurationKey.LOG_ACCESS),
        get(ConfigurationKey.LOG_LEVEL),
        get(ConfigurationKey.LOG_PERIODIC),
        get(ConfigurationKey.LOG_USES_PER_MINUTE));
  }

  /** What rules are judged against, on a day in their time zone. */
  public Setting ruleSetting(LocalDate today) {
    OwnAddresses own = new OwnAddresses();
    listeners().forEach(address -> own.add(address.socketAddress()));
    return Setting.on(today)
        .withParents(get(ConfigurationKey.PARENTS).keySet())
        .withOwnListener(address -> own.contains(socketAddress(address)))
        .withUsers(
            get(ConfigurationKey.ACCESS_USERS).isEmpty() ? Setting.Users.NONE : Setting.Users.SOME);
  }

  private Stream<ListenAddress.Inet> listeners() {
    Stream<ListenAddress.Inet> forwarding =
        forward().stream()
            .flatMap(
                each ->
                    switch (each) {
                      case Forward.Fixed fixed -> Stream.of(fixed.listen());
                      case Forward.Rendezvous both -> Stream.of(both.first(), both.second());
                    });
    Stream<ListenAddress.Inet> clients =
        listen().stream()
            .map(ListenerOptions::address)
            .filter(ListenAddress.Inet.class::isInstance)
            .map(ListenAddress.Inet.class::cast);
    return Stream.concat(
        Stream.concat(clients, Stream.of(get(ConfigurationKey.ADMIN_LISTEN))), forwarding);
  }

  private static InetSocketAddress socketAddress(HostPort address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address.host().name()), address.port());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return ConfigurationYaml.of(this);
  }
}
