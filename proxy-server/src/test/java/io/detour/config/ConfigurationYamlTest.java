package io.detour.config;

import static io.detour.config.ConfigurationKey.ACCESS_CLIENTS;
import static io.detour.config.ConfigurationKey.ADMIN_HOSTS;
import static io.detour.config.ConfigurationKey.ADMIN_LISTEN;
import static io.detour.config.ConfigurationKey.CERTIFICATES_WATCH;
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
import static io.detour.config.ConfigurationKey.PARENTS;
import static io.detour.config.ConfigurationKey.RELAY_BUSY_POLL;
import static io.detour.config.ConfigurationKey.RELAY_MODE;
import static io.detour.config.ConfigurationKey.RELAY_PIPES;
import static io.detour.config.ConfigurationKey.RELAY_PIPE_SIZE;
import static io.detour.config.ConfigurationKey.RESOLVER_HOSTS;
import static io.detour.config.ConfigurationKey.RESOLVER_IPV6;
import static io.detour.config.ConfigurationKey.RESOLVER_SEARCH;
import static io.detour.config.ConfigurationKey.RESOLVER_SERVERS;
import static io.detour.config.ConfigurationKey.RULES;
import static io.detour.config.ConfigurationKey.RULES_WATCH;
import static io.detour.config.ConfigurationKey.THREADS;
import static io.detour.config.ConfigurationKey.TIMEOUT_DRAIN;
import static io.detour.config.ConfigurationKey.TIMEOUT_HALF_CLOSE;
import static io.detour.config.ConfigurationKey.TIMEOUT_IDLE;
import static io.detour.config.ConfigurationKey.TIMEOUT_WRITE_STALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.core.relay.RelayMode;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.DurationText;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.Parent;
import io.detour.server.dns.Ipv6;
import io.detour.server.serve.Forward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationYamlTest {
  @ParameterizedTest
  @MethodSource
  void whatIsWrittenReadsBackTheSame(Configuration configuration) {
    String text = ConfigurationYaml.of(configuration);

    assertThat(text).endsWith("\n");
    assertThat(ConfigurationFile.parse(Path.of("elsewhere", "detour.yaml"), text))
        .as(text)
        .isEqualTo(new ConfigurationFile.Loaded(configuration));
  }

  static Stream<Configuration> whatIsWrittenReadsBackTheSame() {
    ListenAddress.Inet six = ListenAddress.Inet.parse("[::1]:0");
    ListenAddress.Inet four = ListenAddress.Inet.parse("127.0.0.1:0");
    return Stream.<UnaryOperator<Configuration>>of(
            all -> all,
            all -> all.with(RULES, new RuleSource.Listed(List.of())),
            all ->
                all.with(RULES, new RuleSource.Listed(List.of(Path.of("/r/a"), Path.of("/r/b.d")))),
            all -> all.with(RULES_WATCH, Duration.ZERO),
            all -> all.with(RULES_WATCH, Duration.ofMillis(1500)),
            all -> all.with(RULES, file("/etc/detour/rules.yaml")),
            all -> all.with(RULES, file("/a b/# c: d/{e}/[f]/'g\"/h\\i, j*.yaml")),
            all -> all.with(RULES, file("/ä/true")),
            all -> all.with(LISTEN, List.of(ListenerOptions.of(six), ListenerOptions.of(six))),
            all ->
                all.with(LISTEN, List.of(everyWord(six), ListenerOptions.of(four)))
                    .with(ACCESS_CLIENTS, subnets("10.0.0.0/8")),
            all ->
                all.with(
                    LISTEN, List.of(ListenerOptions.of(ListenAddress.parse("unix:/run/d.sock")))),
            all ->
                all.with(ADMIN_LISTEN, six)
                    .with(ADMIN_HOSTS, Set.of(host("detour.example"), host("::1"))),
            all ->
                all.with(
                    FORWARD,
                    List.of(
                        new Forward.Fixed(six, HostPort.parse("[2001:db8::1]:22").orElseThrow()),
                        new Forward.Fixed(six, HostPort.parse("example.com:22").orElseThrow()),
                        new Forward.Rendezvous(six, four))),
            all ->
                all.with(LISTEN, List.of())
                    .with(FORWARD, List.of(new Forward.Rendezvous(six, four))),
            all -> all.withAccess(AccessOptions.open()),
            all ->
                all.withAccess(
                    new AccessOptions(
                        subnets("10.0.0.0/8", "::1"),
                        Path.of("/etc/detour/htpasswd"),
                        new PortSet(List.of(new PortRange(22, 22), new PortRange(8000, 8099))),
                        new PortSet(List.of()),
                        true,
                        true,
                        new DestinationPolicy(
                            Set.of(AddressClass.METADATA, AddressClass.SELF),
                            subnets("192.0.2.0/24"),
                            Set.of(AddressClass.LOOPBACK),
                            subnets("2001:db8::/32", "10.0.0.1")))),
            all ->
                all.with(LIMITS_TUNNELS, 1)
                    .with(LIMITS_TUNNELS_PER_CLIENT, 1_000_000)
                    .with(LIMITS_HEAD, 1 << 20)
                    .with(LIMITS_TARGET, 257)
                    .with(LIMITS_FIELDS, 1),
            all ->
                all.with(RELAY_MODE, RelayMode.SPLICE)
                    .with(RELAY_PIPE_SIZE, (64 << 10) + 1)
                    .with(RELAY_PIPES, 0)
                    .with(RELAY_BUSY_POLL, Duration.ZERO),
            all ->
                all.with(RESOLVER_SERVERS, List.of(server(53), server(5353)))
                    .with(
                        RESOLVER_HOSTS,
                        Map.of(host("a.example"), List.of(four.address(), six.address())))
                    .with(RESOLVER_SEARCH, true)
                    .with(RESOLVER_IPV6, Ipv6.OFF),
            all ->
                all.with(
                    PARENTS, Map.of("dc", parent("http://h"), "1", parent("socks5://[::1]:7"))),
            all -> all.with(LEDGER_URL, new LedgerUrl.Off()),
            all ->
                all.with(LEDGER_URL, new LedgerUrl.Sqlite(Path.of("/var/lib/ledger.db")))
                    .with(LEDGER_RETENTION, Duration.ofDays(1))
                    .with(LEDGER_MAX_ENTRIES, 1),
            all ->
                all.with(
                    LEDGER_URL,
                    LedgerUrl.parse("jdbc:postgresql://[::1]:1/d?ssl=on").orElseThrow()),
            all ->
                all.with(THREADS, 1)
                    .with(CERTIFICATES_WATCH, Duration.ZERO)
                    .with(TIMEOUT_DRAIN, Duration.ZERO),
            all ->
                all.with(TIMEOUT_IDLE, DurationText.MAX_DURATION)
                    .with(TIMEOUT_HALF_CLOSE, Duration.ofMillis(86_400_001))
                    .with(TIMEOUT_WRITE_STALL, Duration.ofSeconds(3601)))
        .map(change -> change.apply(Configuration.defaults()));
  }

  private static ListenerOptions everyWord(ListenAddress address) {
    return new ListenerOptions(
        address,
        ProxyProtocol.AUTO,
        17,
        true,
        new TlsFiles(Path.of("/etc/detour/proxy.pem"), Path.of("/etc/detour/proxy.key")));
  }

  private static List<Subnet> subnets(String... texts) {
    return Stream.of(texts).map(text -> Subnet.parse(text).orElseThrow()).toList();
  }

  private static InetSocketAddress server(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("2001:db8::53"), port);
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  @Test
  void credentialsAreMaskedAndTheMaskIsRefused() {
    String text = ConfigurationYaml.of(withParents(Map.of("dc", parent("http://me:secret@h:1"))));

    assertThat(text).contains("dc: http://***@h:1").doesNotContain("secret").doesNotContain("me:");
    assertThat(ConfigurationFile.parse(Path.of("detour.yaml"), text).toString())
        .startsWith("Rejected")
        .contains("user name and password are masked");
  }

  @Test
  void credentialsOfTheLedgerAreMaskedAndTheMaskIsRefused() {
    for (String url :
        List.of("jdbc:postgresql://me:secret@h/d", "jdbc:postgresql://h/d?password=secret")) {
      LedgerUrl parsed = LedgerUrl.parse(url).orElseThrow();
      String text = ConfigurationYaml.of(Configuration.defaults().with(LEDGER_URL, parsed));

      assertThat(text).contains("***").doesNotContain("secret");
      assertThat(ConfigurationFile.parse(Path.of("detour.yaml"), text).toString())
          .startsWith("Rejected")
          .contains("masked");
    }
  }

  @Test
  void parentsKeepTheirOrder() {
    Map<String, Parent> parents = new LinkedHashMap<>();
    for (String name : List.of("z", "a", "m", "b")) {
      parents.put(name, parent("http://h"));
    }

    assertThat(ConfigurationYaml.of(withParents(parents)))
        .containsSubsequence("z:", "a:", "m:", "b:");
  }

  private static Configuration withParents(Map<String, Parent> parents) {
    return Configuration.defaults().with(PARENTS, parents);
  }

  private static Parent parent(String text) {
    return Parent.parse(text).orElseThrow();
  }

  private static RuleSource file(String path) {
    return new RuleSource.Listed(List.of(Path.of(path)));
  }
}
