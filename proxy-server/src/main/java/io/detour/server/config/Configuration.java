package io.detour.server.config;

import io.detour.core.HostPort;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.rules.lint.Setting;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.Parent;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import io.detour.server.reload.RuleSource;
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
import java.util.stream.Stream;

/**
 * All that the configuration file can say. Immutable.
 *
 * @param listen where clients of the proxy are accepted; may be empty if {@code forward} is not
 * @param forward plain TCP listeners; may be empty
 * @param admin where the admin interface listens
 * @param rules where the rules come from
 * @param rulesWatch how long changed rule files must have been at rest before they are read again,
 *     {@link #LEAST_RULES_WATCH} to {@link #MOST_RULES_WATCH}, or zero if they are not watched
 * @param timeouts each timeout within its range
 * @param relay how bytes are moved
 * @param parents the parent proxies by their names, in the order of the file
 * @param threads number of event loops, 1 to {@link #MOST_THREADS}, or {@link #AUTOMATIC}
 */
public record Configuration(
    List<ListenAddress> listen,
    List<Forward> forward,
    ListenAddress.Inet admin,
    RuleSource rules,
    Duration rulesWatch,
    Map<Timeout, Duration> timeouts,
    RelayChoice relay,
    Map<String, Parent> parents,
    int threads) {

  /** A number that Detour chooses. */
  public static final int AUTOMATIC = RelayOptions.AUTOMATIC;

  static final Duration LEAST_RULES_WATCH = Duration.ofMillis(100);
  static final Duration MOST_RULES_WATCH = Duration.ofHours(1);
  private static final Duration USUAL_RULES_WATCH = Duration.ofSeconds(1);

  /** The most event loops that may be asked for. */
  public static final int MOST_THREADS = 1024;

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
        List.of(ListenAddress.parse("127.0.0.1:3128")),
        List.of(),
        ListenAddress.Inet.parse("127.0.0.1:3129"),
        new RuleSource.IfPresent(Path.of("rules.yaml")),
        USUAL_RULES_WATCH,
        timeouts,
        new RelayChoice(
            relay.mode(), relay.pipeBytes(), relay.pipes(), RelayChoice.USUAL_BUSY_POLL),
        Map.of(),
        AUTOMATIC);
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
        .withUsers(Setting.Users.NONE);
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
            .filter(ListenAddress.Inet.class::isInstance)
            .map(ListenAddress.Inet.class::cast);
    return Stream.concat(Stream.concat(clients, Stream.of(admin)), forwarding);
  }

  private static InetSocketAddress socketAddress(HostPort address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address.host().name()), address.port());
  }

  /** How targets are resolved and connected to. */
  public DialOptions dialOptions() {
    return DialOptions.defaults()
        .withDnsTimeout(timeout(Timeout.DNS))
        .withConnectTimeout(timeout(Timeout.CONNECT))
        .withParents(parents);
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

  /** The same with other addresses for clients. */
  public Configuration withListen(List<ListenAddress> other) {
    return new Configuration(
        other, forward, admin, rules, rulesWatch, timeouts, relay, parents, threads);
  }

  /** The same with other plain TCP listeners. */
  public Configuration withForward(List<Forward> other) {
    return new Configuration(
        listen, other, admin, rules, rulesWatch, timeouts, relay, parents, threads);
  }

  /** The same with another address for the admin interface. */
  public Configuration withAdmin(ListenAddress.Inet other) {
    return new Configuration(
        listen, forward, other, rules, rulesWatch, timeouts, relay, parents, threads);
  }

  /** The same with rules from elsewhere. */
  public Configuration withRules(RuleSource other) {
    return new Configuration(
        listen, forward, admin, other, rulesWatch, timeouts, relay, parents, threads);
  }

  /** The same with rule files watched otherwise. */
  public Configuration withRulesWatch(Duration other) {
    return new Configuration(
        listen, forward, admin, rules, other, timeouts, relay, parents, threads);
  }

  /** The same with one timeout changed. */
  public Configuration withTimeout(Timeout timeout, Duration duration) {
    Map<Timeout, Duration> other = new EnumMap<>(timeouts);
    other.put(timeout, duration);
    return new Configuration(
        listen, forward, admin, rules, rulesWatch, other, relay, parents, threads);
  }

  /** The same with another relay. */
  public Configuration withRelay(RelayChoice other) {
    return new Configuration(
        listen, forward, admin, rules, rulesWatch, timeouts, other, parents, threads);
  }

  /** The same with another path for the bytes. */
  public Configuration withRelayMode(RelayMode mode) {
    return withRelay(new RelayChoice(mode, relay.pipeBytes(), relay.pipes(), relay.busyPoll()));
  }

  /** The same with other parent proxies. */
  public Configuration withParents(Map<String, Parent> others) {
    return new Configuration(
        listen, forward, admin, rules, rulesWatch, timeouts, relay, others, threads);
  }

  /** The same with another number of event loops. */
  public Configuration withThreads(int other) {
    return new Configuration(
        listen, forward, admin, rules, rulesWatch, timeouts, relay, parents, other);
  }
}
