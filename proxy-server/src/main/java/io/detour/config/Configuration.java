package io.detour.config;

import static io.detour.config.ConfigurationKey.ACCESS_ALLOW;
import static io.detour.config.ConfigurationKey.ACCESS_CLIENTS;
import static io.detour.config.ConfigurationKey.ACCESS_CONNECT_PORTS;
import static io.detour.config.ConfigurationKey.ACCESS_DENY;
import static io.detour.config.ConfigurationKey.ACCESS_FORWARD_PORTS;
import static io.detour.config.ConfigurationKey.ACCESS_STRICT_HOST;
import static io.detour.config.ConfigurationKey.ACCESS_USERS;
import static io.detour.config.ConfigurationKey.ADMIN_HOSTS;
import static io.detour.config.ConfigurationKey.ADMIN_LISTEN;
import static io.detour.config.ConfigurationKey.FORWARD;
import static io.detour.config.ConfigurationKey.LEDGER_MAX_ENTRIES;
import static io.detour.config.ConfigurationKey.LEDGER_RETENTION;
import static io.detour.config.ConfigurationKey.LEDGER_URL;
import static io.detour.config.ConfigurationKey.LIMITS_FIELDS;
import static io.detour.config.ConfigurationKey.LIMITS_HEAD;
import static io.detour.config.ConfigurationKey.LIMITS_TARGET;
import static io.detour.config.ConfigurationKey.LIMITS_TUNNELS;
import static io.detour.config.ConfigurationKey.LIMITS_TUNNELS_PER_CLIENT;
import static io.detour.config.ConfigurationKey.LISTEN;
import static io.detour.config.ConfigurationKey.LOG_ACCESS;
import static io.detour.config.ConfigurationKey.LOG_FORMAT;
import static io.detour.config.ConfigurationKey.LOG_LEVEL;
import static io.detour.config.ConfigurationKey.LOG_PERIODIC;
import static io.detour.config.ConfigurationKey.LOG_USES_PER_MINUTE;
import static io.detour.config.ConfigurationKey.PARENTS;
import static io.detour.config.ConfigurationKey.RELAY_MODE;
import static io.detour.config.ConfigurationKey.RELAY_PIPES;
import static io.detour.config.ConfigurationKey.RELAY_PIPE_SIZE;
import static io.detour.config.ConfigurationKey.RESOLVER_HOSTS;
import static io.detour.config.ConfigurationKey.RESOLVER_IPV6;
import static io.detour.config.ConfigurationKey.RESOLVER_SEARCH;
import static io.detour.config.ConfigurationKey.RESOLVER_SERVERS;
import static io.detour.config.ConfigurationKey.RULES;
import static io.detour.config.ConfigurationKey.TIMEOUT_BODY;
import static io.detour.config.ConfigurationKey.TIMEOUT_CONNECT;
import static io.detour.config.ConfigurationKey.TIMEOUT_DNS;
import static io.detour.config.ConfigurationKey.TIMEOUT_HALF_CLOSE;
import static io.detour.config.ConfigurationKey.TIMEOUT_HEAD;
import static io.detour.config.ConfigurationKey.TIMEOUT_HTTP_KEEP_ALIVE;
import static io.detour.config.ConfigurationKey.TIMEOUT_IDLE;
import static io.detour.config.ConfigurationKey.TIMEOUT_KEEP_ALIVE;
import static io.detour.config.ConfigurationKey.TIMEOUT_RESPONSE;
import static io.detour.config.ConfigurationKey.TIMEOUT_WRITE_STALL;

import io.detour.core.HostPort;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.rules.lint.Setting;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.OwnAddresses;
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
import java.util.Objects;
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

  /** The value of a key. */
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
    return get(LISTEN);
  }

  /** Plain TCP listeners. */
  public List<Forward> forward() {
    return get(FORWARD);
  }

  /** Where the admin interface is. */
  public AdminOptions admin() {
    return new AdminOptions(get(ADMIN_LISTEN), get(ADMIN_HOSTS));
  }

  /** Where the rules come from. */
  public RuleSource rules() {
    return get(RULES);
  }

  /** Who may use the proxy, and for what. */
  public AccessOptions access() {
    return new AccessOptions(
        get(ACCESS_CLIENTS),
        get(ACCESS_USERS).orElse(null),
        get(ACCESS_CONNECT_PORTS),
        get(ACCESS_FORWARD_PORTS),
        get(ACCESS_STRICT_HOST),
        get(ACCESS_DENY).but(get(ACCESS_ALLOW)));
  }

  /** How many clients are served at once. */
  public ClientLimits clientLimits() {
    return new ClientLimits(get(LIMITS_TUNNELS), get(LIMITS_TUNNELS_PER_CLIENT));
  }

  /** How large the head of a message may be. */
  public HeadLimits headLimits() {
    return new HeadLimits(get(LIMITS_HEAD), get(LIMITS_TARGET), get(LIMITS_FIELDS));
  }

  /** How long clients wait, and are waited for. */
  public ClientTimeouts clientTimeouts() {
    return new ClientTimeouts(
        get(TIMEOUT_HEAD),
        get(TIMEOUT_HTTP_KEEP_ALIVE),
        get(TIMEOUT_BODY),
        get(TIMEOUT_RESPONSE),
        get(TIMEOUT_WRITE_STALL));
  }

  /** How targets are resolved and connected to. */
  public DialOptions dialOptions() {
    return DialOptions.defaults()
        .withDnsTimeout(get(TIMEOUT_DNS))
        .withConnectTimeout(get(TIMEOUT_CONNECT))
        .withDnsServers(get(RESOLVER_SERVERS))
        .withHosts(get(RESOLVER_HOSTS))
        .withSearch(get(RESOLVER_SEARCH))
        .withIpv6(get(RESOLVER_IPV6))
        .withDestinations(access().destinations())
        .withParents(get(PARENTS));
  }

  /** How bytes are moved. */
  public RelayOptions relayOptions() {
    RelayOptions defaults = RelayOptions.defaults();
    return defaults
        .withMode(get(RELAY_MODE))
        .withChunks(get(RELAY_PIPE_SIZE), defaults.bufferBytes())
        .withPipes(get(RELAY_PIPES))
        .withKeepAlive(get(TIMEOUT_KEEP_ALIVE))
        .withTimeouts(get(TIMEOUT_IDLE), get(TIMEOUT_HALF_CLOSE), get(TIMEOUT_WRITE_STALL));
  }

  /** Who used which legacy name is kept there. */
  public LedgerOptions ledger() {
    return new LedgerOptions(get(LEDGER_URL), get(LEDGER_RETENTION), get(LEDGER_MAX_ENTRIES));
  }

  /** What is logged, and where to. */
  public LogOptions log() {
    return new LogOptions(
        get(LOG_FORMAT),
        get(LOG_ACCESS),
        get(LOG_LEVEL),
        get(LOG_PERIODIC),
        get(LOG_USES_PER_MINUTE));
  }

  /**
   * What rules are judged against.
   *
   * @param today in the time zone of the rules
   */
  public Setting ruleSetting(LocalDate today) {
    OwnAddresses own = new OwnAddresses();
    listeners().forEach(address -> own.add(address.socketAddress()));
    return Setting.on(today)
        .withParents(get(PARENTS).keySet())
        .withOwnListener(address -> own.contains(socketAddress(address)))
        .withUsers(get(ACCESS_USERS).isEmpty() ? Setting.Users.NONE : Setting.Users.SOME);
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
    return Stream.concat(Stream.concat(clients, Stream.of(get(ADMIN_LISTEN))), forwarding);
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
    return Objects.hash(values);
  }

  @Override
  public String toString() {
    return ConfigurationYaml.of(this);
  }
}
