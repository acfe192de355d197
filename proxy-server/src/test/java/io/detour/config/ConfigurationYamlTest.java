package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.core.relay.RelayMode;
import io.detour.ops.admin.AdminOptions;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.DurationText;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ProxyProtocol;
import io.detour.server.accept.TlsFiles;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.Ipv6;
import io.detour.server.dial.Parent;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.serve.Forward;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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
    return Stream.<Consumer<Configuration.Draft>>of(
            _ -> {},
            all -> all.rules(new RuleSource.Listed(List.of())),
            all -> all.rules(new RuleSource.Listed(List.of(Path.of("/r/a"), Path.of("/r/b.d")))),
            all -> all.rulesWatch(Duration.ZERO),
            all -> all.rulesWatch(Duration.ofMillis(1500)),
            all -> all.rules(file("/etc/detour/rules.yaml")),
            all -> all.rules(file("/a b/# c: d/{e}/[f]/'g\"/h\\i, j*.yaml")),
            all -> all.rules(file("/ä/true")),
            all -> all.listen(List.of(ListenerOptions.of(six), ListenerOptions.of(six))),
            all -> {
              all.listen(List.of(everyWord(six), ListenerOptions.of(four)));
              all.access(AccessOptions.defaults().withClients(subnets("10.0.0.0/8")));
            },
            all -> all.listen(List.of(ListenerOptions.of(ListenAddress.parse("unix:/run/d.sock")))),
            all -> all.admin(new AdminOptions(six, Set.of(host("detour.example"), host("::1")))),
            all ->
                all.forward(
                    List.of(
                        new Forward.Fixed(six, HostPort.parse("[2001:db8::1]:22").orElseThrow()),
                        new Forward.Fixed(six, HostPort.parse("example.com:22").orElseThrow()),
                        new Forward.Rendezvous(six, four))),
            all -> {
              all.listen(List.of());
              all.forward(List.of(new Forward.Rendezvous(six, four)));
            },
            all -> all.access(AccessOptions.open()),
            all ->
                all.access(
                    new AccessOptions(
                        subnets("10.0.0.0/8", "::1"),
                        Path.of("/etc/detour/htpasswd"),
                        new PortSet(List.of(new PortRange(22, 22), new PortRange(8000, 8099))),
                        new PortSet(List.of()),
                        true,
                        new DestinationPolicy(
                            Set.of(AddressClass.METADATA, AddressClass.SELF),
                            subnets("192.0.2.0/24"),
                            Set.of(AddressClass.LOOPBACK),
                            subnets("2001:db8::/32", "10.0.0.1")))),
            all ->
                all.limits(
                    new LimitOptions(
                        new ClientLimits(1, 1_000_000), new HeadLimits(1 << 20, 257, 1))),
            all -> all.relay(new RelayChoice(RelayMode.SPLICE, (64 << 10) + 1, 0, Duration.ZERO)),
            all ->
                all.resolver(
                    new ResolverOptions(
                        List.of(server(53), server(5353)),
                        Map.of(host("a.example"), List.of(four.address(), six.address())),
                        true,
                        Ipv6.OFF)),
            all -> all.parents(Map.of("dc", parent("http://h"), "1", parent("socks5://[::1]:7"))),
            all -> all.ledger(LedgerOptions.off()),
            all ->
                all.ledger(
                    new LedgerOptions(
                        new LedgerUrl.Sqlite(Path.of("/var/lib/ledger.db")),
                        Duration.ofDays(1),
                        1)),
            all ->
                all.ledger(
                    LedgerOptions.defaults()
                        .withUrl(
                            LedgerUrl.parse("jdbc:postgresql://[::1]:1/d?ssl=on").orElseThrow())),
            all -> {
              all.threads(1);
              all.certificateWatch(Duration.ZERO);
              all.timeout(Timeout.DRAIN, Duration.ZERO);
            },
            all -> {
              all.timeout(Timeout.IDLE, DurationText.LONGEST);
              all.timeout(Timeout.HALF_CLOSE, Duration.ofMillis(86_400_001));
              all.timeout(Timeout.WRITE_STALL, Duration.ofSeconds(3601));
            })
        .map(Configuration.defaults()::with);
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
      String text =
          ConfigurationYaml.of(
              Configuration.defaults()
                  .with(all -> all.ledger(LedgerOptions.defaults().withUrl(parsed))));

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
    return Configuration.defaults().with(all -> all.parents(parents));
  }

  private static Parent parent(String text) {
    return Parent.parse(text).orElseThrow();
  }

  private static RuleSource file(String path) {
    return new RuleSource.Listed(List.of(Path.of(path)));
  }
}
