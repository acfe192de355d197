package io.detour.config;

import io.detour.core.HostPort;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.rules.lint.Lint.Setting;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.Parent;
import io.detour.server.log.LogOptions;
import io.detour.server.serve.ClientTimeouts;
import io.detour.server.serve.Forward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All that the configuration file can say. Immutable; {@link Draft} makes others of it.
 *
 * @param listen where clients of the proxy are accepted; may be empty if {@code forward} is not
 * @param forward plain TCP listeners; may be empty
 * @param admin where the admin interface is
 * @param rules where the rules come from
 * @param rulesWatch how long changed rule files must have been at rest before they are read again,
 *     {@link #MIN_RULES_WATCH} to {@link #MAX_RULES_WATCH}, or zero if they are not watched
 * @param access who may use the proxy, and for what
 * @param limits how much of it
 * @param timeouts each timeout within its range
 * @param relay how bytes are moved
 * @param resolver how names become addresses
 * @param parents the parent proxies by their names, in the order of the file
 * @param certificateWatch how long it is between two looks at the certificate of a target, {@link
 *     #MIN_CERTIFICATE_WATCH} to {@link #MAX_CERTIFICATE_WATCH}, or zero if they are not watched
 * @param ledger who used which legacy name is kept there
 * @param threads number of event loops, 1 to {@link #MAX_THREADS}, or {@link #AUTOMATIC}
 * @param log what is logged, and where to
 */
public record Configuration(
    List<ListenerOptions> listen,
    List<Forward> forward,
    AdminOptions admin,
    RuleSource rules,
    Duration rulesWatch,
    AccessOptions access,
    LimitOptions limits,
    Map<Timeout, Duration> timeouts,
    RelayChoice relay,
    ResolverOptions resolver,
    Map<String, Parent> parents,
    Duration certificateWatch,
    LedgerOptions ledger,
    int threads,
    LogOptions log) {

  /** A number that Detour chooses. */
  public static final int AUTOMATIC = RelayOptions.AUTOMATIC;

  static final Duration MIN_RULES_WATCH = Duration.ofMillis(100);
  static final Duration MAX_RULES_WATCH = Duration.ofHours(1);
  private static final Duration USUAL_RULES_WATCH = Duration.ofSeconds(1);

  static final Duration MIN_CERTIFICATE_WATCH = Duration.ofMinutes(1);
  static final Duration MAX_CERTIFICATE_WATCH = Duration.ofDays(30);
  private static final Duration USUAL_CERTIFICATE_WATCH = Duration.ofHours(12);

  /** The most event loops that may be asked for. */
  public static final int MAX_THREADS = 1024;

  /**
   * Copies the lists and maps.
   *
   * @throws IllegalArgumentException if a timeout is missing or out of range
   */
  public Configuration {
    listen = List.copyOf(listen);
    forward = List.copyOf(forward);
    timeouts = Map.copyOf(timeouts);
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
    for (Timeout timeout : Timeout.values()) {
      Duration duration = timeouts.get(timeout);
      if (duration == null || !timeout.allows(duration)) {
        throw new IllegalArgumentException(
            timeout + ": " + duration + " (expected: " + timeout.range() + ")");
      }
    }
  }

  /** What holds where neither a file nor an option says otherwise. */
  public static Configuration defaults() {
    RelayOptions relay = RelayOptions.defaults();
    Map<Timeout, Duration> timeouts = new EnumMap<>(Timeout.class);
    for (Timeout timeout : Timeout.values()) {
      timeouts.put(timeout, timeout.usual());
    }
    return new Configuration(
        List.of(ListenerOptions.of(ListenAddress.parse("127.0.0.1:3128"))),
        List.of(),
        AdminOptions.defaults(),
        new RuleSource.IfPresent(Path.of("rules.yaml")),
        USUAL_RULES_WATCH,
        AccessOptions.defaults(),
        LimitOptions.defaults(),
        timeouts,
        new RelayChoice(
            relay.mode(), relay.pipeBytes(), relay.pipes(), RelayChoice.USUAL_BUSY_POLL),
        ResolverOptions.defaults(),
        Map.of(),
        USUAL_CERTIFICATE_WATCH,
        LedgerOptions.defaults(),
        AUTOMATIC,
        LogOptions.defaults());
  }

  /** One of the timeouts. */
  public Duration timeout(Timeout timeout) {
    return timeouts.getOrDefault(timeout, timeout.usual());
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
        .withParents(parents.keySet())
        .withOwnListener(address -> own.contains(socketAddress(address)))
        .withUsers(access.users() == null ? Setting.Users.NONE : Setting.Users.SOME);
  }

  private Stream<ListenAddress.Inet> listeners() {
    Stream<ListenAddress.Inet> forwarding =
        forward.stream()
            .flatMap(
                each ->
                    switch (each) {
                      case Forward.Fixed fixed -> Stream.of(fixed.listen());
                      case Forward.Rendezvous both -> Stream.of(both.first(), both.second());
                    });
    Stream<ListenAddress.Inet> clients =
        listen.stream()
            .map(ListenerOptions::address)
            .filter(ListenAddress.Inet.class::isInstance)
            .map(ListenAddress.Inet.class::cast);
    return Stream.concat(Stream.concat(clients, Stream.of(admin.listen())), forwarding);
  }

  private static InetSocketAddress socketAddress(HostPort address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address.host().name()), address.port());
  }

  /** How targets are resolved and connected to. */
  public DialOptions dialOptions() {
    return DialOptions.defaults()
        .withDnsTimeout(timeout(Timeout.DNS))
        .withConnectTimeout(timeout(Timeout.CONNECT))
        .withDnsServers(resolver.servers())
        .withHosts(resolver.hosts())
        .withSearch(resolver.search())
        .withIpv6(resolver.ipv6())
        .withDestinations(access.destinations())
        .withParents(parents);
  }

  /** How long clients wait, and are waited for. */
  public ClientTimeouts clientTimeouts() {
    return new ClientTimeouts(
        timeout(Timeout.HEAD),
        timeout(Timeout.HTTP_KEEP_ALIVE),
        timeout(Timeout.BODY),
        timeout(Timeout.RESPONSE),
        timeout(Timeout.WRITE_STALL));
  }

  /** How bytes are moved. */
  public RelayOptions relayOptions() {
    RelayOptions defaults = RelayOptions.defaults();
    return defaults
        .withMode(relay.mode())
        .withChunks(relay.pipeBytes(), defaults.bufferBytes())
        .withPipes(relay.pipes())
        .withKeepAlive(timeout(Timeout.KEEP_ALIVE))
        .withTimeouts(
            timeout(Timeout.IDLE), timeout(Timeout.HALF_CLOSE), timeout(Timeout.WRITE_STALL));
  }

  /** The same after some changes. */
  public Configuration with(Consumer<Draft> changes) {
    Draft draft = new Draft(this);
    changes.accept(draft);
    return draft.configuration();
  }

  /** A configuration in the making. Each method replaces what its name says. For one thread. */
  public static final class Draft {
    private List<ListenerOptions> listen;
    private List<Forward> forward;
    private AdminOptions admin;
    private RuleSource rules;
    private Duration rulesWatch;
    private AccessOptions access;
    private LimitOptions limits;
    private final Map<Timeout, Duration> timeouts;
    private RelayChoice relay;
    private ResolverOptions resolver;
    private Map<String, Parent> parents;
    private Duration certificateWatch;
    private LedgerOptions ledger;
    private int threads;
    private LogOptions log;

    Draft(Configuration from) {
      listen = from.listen;
      forward = from.forward;
      admin = from.admin;
      rules = from.rules;
      rulesWatch = from.rulesWatch;
      access = from.access;
      limits = from.limits;
      timeouts = new EnumMap<>(from.timeouts);
      relay = from.relay;
      resolver = from.resolver;
      parents = from.parents;
      certificateWatch = from.certificateWatch;
      ledger = from.ledger;
      threads = from.threads;
      log = from.log;
    }

    Configuration configuration() {
      return new Configuration(
          listen,
          forward,
          admin,
          rules,
          rulesWatch,
          access,
          limits,
          timeouts,
          relay,
          resolver,
          parents,
          certificateWatch,
          ledger,
          threads,
          log);
    }

    public void listen(List<ListenerOptions> other) {
      listen = other;
    }

    public void forward(List<Forward> other) {
      forward = other;
    }

    public void admin(AdminOptions other) {
      admin = other;
    }

    public void rules(RuleSource other) {
      rules = other;
    }

    public void rulesWatch(Duration other) {
      rulesWatch = other;
    }

    public void access(AccessOptions other) {
      access = other;
    }

    public void limits(LimitOptions other) {
      limits = other;
    }

    public void timeout(Timeout timeout, Duration duration) {
      timeouts.put(timeout, duration);
    }

    public void relay(RelayChoice other) {
      relay = other;
    }

    public void resolver(ResolverOptions other) {
      resolver = other;
    }

    public void parents(Map<String, Parent> other) {
      parents = other;
    }

    public void certificateWatch(Duration other) {
      certificateWatch = other;
    }

    public void ledger(LedgerOptions other) {
      ledger = other;
    }

    public void threads(int other) {
      threads = other;
    }

    public LogOptions log() {
      return log;
    }

    public void log(LogOptions other) {
      log = other;
    }
  }
}
