package io.detour.config;

import io.detour.config.ValueKind.Structure;
import io.detour.core.Host;
import io.detour.core.Subnet;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.generate.PacProxy;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.Parent;
import io.detour.server.dns.Ipv6;
import io.detour.server.log.LogOptions;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.serve.Forward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A key of the configuration file: its dotted name, how its value is read and written, within which
 * bounds, and its default. The constants are all keys there are, in the order of the file; the
 * reader, the writer and the check of the documents loop over them.
 *
 * @param <T> of the values
 */
public final class ConfigurationKey<T> {
  private static final List<ConfigurationKey<?>> ALL = new ArrayList<>();

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MILLION = 1_000_000;
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  private static final AccessOptions ACCESS = AccessOptions.defaults();
  private static final ClientLimits CLIENTS = ClientLimits.defaults();
  private static final HeadLimits HEADS = HeadLimits.defaults();
  private static final RelayOptions RELAY = RelayOptions.defaults();
  private static final LedgerOptions LEDGER = LedgerOptions.defaults();

  /** Where clients of the proxy are accepted; may be empty if {@link #FORWARD} is not. */
  public static final ConfigurationKey<List<ListenerOptions>> LISTEN =
      key(
          "listen",
          ListenerKinds.CLIENTS,
          List.of(ListenerOptions.of(ListenAddress.parse("127.0.0.1:3128"))));

  public static final ConfigurationKey<List<Forward>> FORWARD =
      key("forward", ListenerKinds.FORWARDS, List.of());

  public static final ConfigurationKey<ListenAddress.Inet> ADMIN_LISTEN =
      key("admin.listen", ListenerKinds.ADMIN, AdminOptions.DEFAULT_LISTEN);

  /** Names that are accepted in {@code Host} beside IP addresses and {@code localhost}. */
  public static final ConfigurationKey<Set<Host>> ADMIN_HOSTS =
      key("admin.hosts", ListenerKinds.HOSTS, Set.of());

  public static final ConfigurationKey<RuleSource> RULES =
      key("rules", PathKinds.RULES, new RuleSource.IfPresent(Path.of("rules.yaml")));

  /** How long changed rule files must have been at rest; zero: they are not watched. */
  public static final ConfigurationKey<Duration> RULES_WATCH =
      key("rules_watch", ValueKind.durationOrOff(Duration.ofMillis(100), HOUR), SECOND);

  /** Addresses of clients that are served; none: all are. */
  public static final ConfigurationKey<List<Subnet>> ACCESS_CLIENTS =
      key("access.clients", AccessKinds.CLIENTS, ACCESS.clients());

  public static final ConfigurationKey<Optional<Path>> ACCESS_USERS =
      key("access.users", PathKinds.OPTIONAL, Optional.ofNullable(ACCESS.users()));

  public static final ConfigurationKey<PortSet> ACCESS_CONNECT_PORTS =
      key("access.connect_ports", AccessKinds.PORTS, ACCESS.connectPorts());
  public static final ConfigurationKey<PortSet> ACCESS_FORWARD_PORTS =
      key("access.forward_ports", AccessKinds.PORTS, ACCESS.forwardPorts());
  public static final ConfigurationKey<Boolean> ACCESS_STRICT_HOST =
      key("access.strict_host", new ValueKind.Flag(), ACCESS.strictHost());
  public static final ConfigurationKey<Boolean> ACCESS_LENIENT_CONNECT =
      key("access.lenient_connect", new ValueKind.Flag(), ACCESS.lenientConnect());
  public static final ConfigurationKey<DestinationPolicy> ACCESS_DESTINATIONS =
      key("access.destinations", AccessKinds.DESTINATIONS, ACCESS.destinations());
  public static final ConfigurationKey<Integer> LIMITS_TUNNELS =
      key("limits.tunnels", ValueKind.countOrAutomatic(1, MILLION), CLIENTS.tunnels());
  public static final ConfigurationKey<Integer> LIMITS_TUNNELS_PER_CLIENT =
      key("limits.tunnels_per_client", ValueKind.count(1, MILLION), CLIENTS.tunnelsPerClient());
  public static final ConfigurationKey<Integer> LIMITS_HEAD =
      key("limits.head", ValueKind.size(KIB, MIB), HEADS.headBytes());

  /** No longer than {@link #LIMITS_HEAD}, of which it is a part. */
  public static final ConfigurationKey<Integer> LIMITS_TARGET =
      key("limits.target", target(256), HEADS.targetBytes());

  public static final ConfigurationKey<Integer> LIMITS_FIELDS =
      key("limits.fields", ValueKind.count(1, 10_000), HEADS.fields());

  /** For the whole request head of a client. */
  public static final ConfigurationKey<Duration> TIMEOUT_HEAD =
      timeout("head", Duration.ofSeconds(10), HOUR);

  /** For each KiB of a plain HTTP request's body. */
  public static final ConfigurationKey<Duration> TIMEOUT_BODY =
      timeout("body", Duration.ofSeconds(30), HOUR);

  /** Until an origin answers a plain HTTP request, and between two pieces of its response. */
  public static final ConfigurationKey<Duration> TIMEOUT_RESPONSE =
      timeout("response", Duration.ofMinutes(5), DurationText.MAX_DURATION);

  /** For a client between two plain HTTP requests. */
  public static final ConfigurationKey<Duration> TIMEOUT_HTTP_KEEP_ALIVE =
      timeout("http_keep_alive", MINUTE, DAY);

  /** For a lookup, over all servers and retries. */
  public static final ConfigurationKey<Duration> TIMEOUT_DNS =
      key("timeouts.dns", ValueKind.duration(Duration.ofMillis(10), HOUR), Duration.ofSeconds(5));

  public static final ConfigurationKey<Duration> TIMEOUT_CONNECT =
      timeout("connect", Duration.ofSeconds(10), HOUR);

  /** For a tunnel on which no byte moves. */
  public static final ConfigurationKey<Duration> TIMEOUT_IDLE =
      timeout("idle", RELAY.idle(), DurationText.MAX_DURATION);

  /** The same once one direction has ended. */
  public static final ConfigurationKey<Duration> TIMEOUT_HALF_CLOSE =
      timeout("half_close", RELAY.halfClose(), DurationText.MAX_DURATION);

  /** For a side that takes none of the bytes waiting for it. */
  public static final ConfigurationKey<Duration> TIMEOUT_WRITE_STALL =
      timeout("write_stall", RELAY.writeStall(), DurationText.MAX_DURATION);

  /** Until a TCP peer of which nothing comes is probed. */
  public static final ConfigurationKey<Duration> TIMEOUT_KEEP_ALIVE =
      key(
          "timeouts.keep_alive",
          ValueKind.duration(SECOND, RelayOptions.MAX_KEEP_ALIVE),
          RELAY.keepAlive());

  /** For the tunnels that are open on a stop. */
  public static final ConfigurationKey<Duration> TIMEOUT_DRAIN =
      key(
          "timeouts.drain",
          ValueKind.duration(Duration.ZERO, DurationText.MAX_DURATION),
          Duration.ofSeconds(30));

  /** Whether messages of plain HTTP, and requests to parents, say that they have passed here. */
  public static final ConfigurationKey<Boolean> VIA = key("via", new ValueKind.Switch(), true);

  public static final ConfigurationKey<RelayMode> RELAY_MODE =
      key("relay.mode", new ValueKind.Words<>(RelayMode.class, "path"), RELAY.mode());
  public static final ConfigurationKey<Integer> RELAY_PIPE_SIZE =
      key("relay.pipe_size", ValueKind.size(64 * KIB, MIB), RELAY.pipeBytes());
  public static final ConfigurationKey<Integer> RELAY_PIPES =
      key("relay.pipes", ValueKind.countOrAutomatic(0, MILLION), RELAY.pipes());

  /** How long an event loop looks for more events before its thread sleeps. */
  public static final ConfigurationKey<Duration> RELAY_BUSY_POLL =
      key(
          "relay.busy_poll",
          ValueKind.duration(Duration.ZERO, MILLISECOND),
          Duration.ofNanos(10_000));

  /** DNS servers in the order they are asked; none: those of this machine. */
  public static final ConfigurationKey<List<InetSocketAddress>> RESOLVER_SERVERS =
      key("resolver.servers", UpstreamKinds.SERVERS, List.of());

  /** Addresses of names that are not looked up, in the order they are tried. */
  public static final ConfigurationKey<Map<Host, List<InetAddress>>> RESOLVER_HOSTS =
      key("resolver.hosts", UpstreamKinds.HOSTS, Map.of());

  public static final ConfigurationKey<Boolean> RESOLVER_SEARCH =
      key("resolver.search", new ValueKind.Flag(), false);
  public static final ConfigurationKey<Ipv6> RESOLVER_IPV6 =
      key("resolver.ipv6", new ValueKind.Words<>(Ipv6.class, "use of IPv6"), Ipv6.PREFER);

  /** The parent proxies by their names, in the order of the file. */
  public static final ConfigurationKey<Map<String, Parent>> PARENTS =
      key("parents", UpstreamKinds.PARENTS, Map.of());

  /** Where browsers reach Detour, in the order they try it; none: at a listener. */
  public static final ConfigurationKey<List<PacProxy>> PAC_PROXIES =
      key("pac.proxies", UpstreamKinds.PAC_PROXIES, List.of());

  /** What browsers use for all other names; none: no proxy. */
  public static final ConfigurationKey<List<PacProxy>> PAC_OTHERWISE =
      key("pac.otherwise", UpstreamKinds.PAC_OTHERWISE, List.of());

  /** Between two looks at the certificate of a target; zero: they are not watched. */
  public static final ConfigurationKey<Duration> CERTIFICATES_WATCH =
      key(
          "certificates.watch",
          ValueKind.durationOrOff(MINUTE, Duration.ofDays(30)),
          Duration.ofHours(12));

  /** Authorities that are trusted beside those of Java and the system, in PEM. */
  public static final ConfigurationKey<List<Path>> CERTIFICATES_TRUST =
      key("certificates.trust", PathKinds.LIST, List.of());

  public static final ConfigurationKey<LedgerUrl> LEDGER_URL =
      key("ledger.url", PathKinds.LEDGER, LEDGER.url());
  public static final ConfigurationKey<Duration> LEDGER_RETENTION =
      key(
          "ledger.retention",
          ValueKind.duration(LedgerOptions.MIN_RETENTION, LedgerOptions.MAX_RETENTION),
          LEDGER.retention());
  public static final ConfigurationKey<Integer> LEDGER_MAX_ENTRIES =
      key("ledger.max_entries", ValueKind.count(1, LedgerOptions.MAX_ENTRIES), LEDGER.maxEntries());

  /** Number of event loops, or {@link Configuration#AUTOMATIC}. */
  public static final ConfigurationKey<Integer> THREADS =
      key("threads", ValueKind.countOrAutomatic(1, 1024), Configuration.AUTOMATIC);

  public static final ConfigurationKey<LogOptions.Format> LOG_FORMAT =
      key(
          "log.format",
          new ValueKind.Words<>(LogOptions.Format.class, "format"),
          LogOptions.Format.JSON);
  public static final ConfigurationKey<LogOptions.Target> LOG_ACCESS =
      key("log.access", PathKinds.LOG, LogOptions.Target.Stream.STDOUT);
  public static final ConfigurationKey<LogOptions.Level> LOG_LEVEL =
      key(
          "log.level",
          new ValueKind.Words<>(LogOptions.Level.class, "level"),
          LogOptions.Level.INFO);

  /** How often open tunnels are reported; zero: never. */
  public static final ConfigurationKey<Duration> LOG_PERIODIC =
      key(
          "log.periodic",
          ValueKind.durationOrOff(LogOptions.MIN_PERIODIC, LogOptions.MAX_PERIODIC),
          Duration.ZERO);

  /** Lines for the uses of one rule by one client; 0: any number. */
  public static final ConfigurationKey<Integer> LOG_USES_PER_MINUTE =
      key("log.uses_per_minute", ValueKind.countOrOff(1, LogOptions.MAX_USES), 10);

  private final String name;
  private final ValueKind<T> kind;
  private final T usual;

  private ConfigurationKey(String name, ValueKind<T> kind, T usual) {
    this.name = name;
    this.kind = kind;
    this.usual = usual;
  }

  private static <T> ConfigurationKey<T> key(String name, ValueKind<T> kind, T usual) {
    ConfigurationKey<T> key = new ConfigurationKey<>(name, kind, usual);
    ALL.add(key);
    return key;
  }

  private static ConfigurationKey<Duration> timeout(String name, Duration usual, Duration max) {
    return key("timeouts." + name, ValueKind.duration(MILLISECOND, max), usual);
  }

  private static ValueKind<Integer> target(int min) {
    return new Structure<>(
        (entry, usual) -> {
          int head = entry.get(LIMITS_HEAD);
          return ValueKind.size(min, head).read(entry, Math.min(head, usual));
        },
        ValueKind.size(min, MIB)::write);
  }

  static List<ConfigurationKey<?>> all() {
    return Collections.unmodifiableList(ALL);
  }

  /** The keys of a section, which may be sections themselves. */
  static Keys in(String section) {
    String prefix = section.isEmpty() ? "" : section + '.';
    return Keys.of(
        ALL.stream()
            .filter(key -> key.name.startsWith(prefix))
            .map(key -> key.name.substring(prefix.length()).replaceFirst("\\..*", ""))
            .distinct()
            .toArray(String[]::new));
  }

  /** The dotted name: {@code timeouts.idle}. */
  public String name() {
    return name;
  }

  /** The dotted name of the mapping that it is a key of; empty for that of the file. */
  String section() {
    return name.substring(0, Math.max(name.lastIndexOf('.'), 0));
  }

  String lastName() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  ValueKind<T> kind() {
    return kind;
  }

  /** What holds if nobody says otherwise. */
  public T usual() {
    return usual;
  }

  /** A single value from the command line; an IllegalArgumentException says why it is none. */
  public T parse(String text) {
    return kind.parse(text);
  }

  @Override
  public String toString() {
    return name;
  }
}
