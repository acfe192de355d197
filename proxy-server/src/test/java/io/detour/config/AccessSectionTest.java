package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.Subnet;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.Problem;
import io.detour.server.accept.ClientLimits;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.dns.Ipv6;
import io.detour.server.parse.http.HeadLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code access}, {@code limits} and {@code resolver}. */
class AccessSectionTest {
  @Test
  void everyKeyOfAccessIsRead() {
    assertThat(
            loaded(
                    """
                    access:
                      clients: [10.0.0.0/8, "::1", 192.0.2.7]
                      users: htpasswd
                      connect_ports: [443, 8000-8099]
                      forward_ports: 80
                      strict_host: true
                      lenient_connect: true
                      destinations:
                        deny: [metadata, 192.168.0.0/16, self]
                        allow: [loopback, "fd00::/8"]
                    """)
                .access())
        .isEqualTo(
            new AccessOptions(
                subnets("10.0.0.0/8", "::1", "192.0.2.7"),
                Path.of("conf/htpasswd"),
                new PortSet(List.of(new PortRange(443, 443), new PortRange(8000, 8099))),
                PortSet.of(80),
                true,
                true,
                new DestinationPolicy(
                    EnumSet.of(AddressClass.METADATA, AddressClass.SELF),
                    subnets("192.168.0.0/16"),
                    Set.of(AddressClass.LOOPBACK),
                    subnets("fd00::/8"))));
  }

  @Test
  void whatIsNotSaidOfAccessIsTheDefault() {
    assertThat(loaded("access: { users: off, clients: [], destinations: {} }").access())
        .isEqualTo(AccessOptions.defaults());
    DestinationPolicy read =
        loaded("access: { destinations: { allow: [10.0.0.1] } }").access().destinations();
    assertThat(read.denyClasses()).isEqualTo(EnumSet.allOf(AddressClass.class));
    assertThat(read.allowSubnets()).isEqualTo(subnets("10.0.0.1"));
  }

  @Test
  @DisplayName("D09: no destination of a special class unless the configuration allows it")
  void everyClassOfDestinationsIsDeniedUntilAFileSaysOtherwise() {
    assertThat(loaded("").dialOptions().destinations()).isEqualTo(DestinationPolicy.defaults());
    assertThat(loaded("access: { destinations: { deny: [self] } }").dialOptions().destinations())
        .isEqualTo(
            new DestinationPolicy(Set.of(AddressClass.SELF), List.of(), Set.of(), List.of()));
  }

  @Test
  void listsOfPortsAndDestinationsMayBeEmptyOrAnything() {
    AccessOptions read =
        loaded(
                "access: { connect_ports: any, forward_ports: [],"
                    + " destinations: { deny: [], allow: [] } }")
            .access();

    assertThat(read.connectPorts()).isEqualTo(PortSet.any());
    assertThat(read.forwardPorts().ranges()).isEmpty();
    assertThat(read.destinations()).isEqualTo(DestinationPolicy.everything());
  }

  @Test
  void everyKeyOfLimitsIsRead() {
    Configuration read =
        loaded(
            "limits: { tunnels: 7, tunnels_per_client: 3, head: 4KiB, target: 2KiB, fields: 5 }");

    assertThat(read.clientLimits()).isEqualTo(new ClientLimits(7, 3));
    assertThat(read.headLimits()).isEqualTo(new HeadLimits(4096, 2048, 5));
  }

  @Test
  void aTargetIsNoLongerThanItsHead() {
    assertThat(loaded("limits: { head: 4KiB }").headLimits())
        .isEqualTo(new HeadLimits(4096, 4096, 100));
  }

  @Test
  void everyKeyOfTheResolverIsRead() {
    Configuration read =
        loaded(
            """
            resolver:
              servers: [10.0.0.53, "10.0.0.54:5353", "::1", "[::1]:5353"]
              hosts: { A.Example.: 192.0.2.1, b: [192.0.2.2, "2001:db8::2"] }
              search: true
              ipv6: avoid
            """);

    assertThat(read.get(ConfigurationKey.RESOLVER_SERVERS))
        .isEqualTo(
            List.of(
                server("10.0.0.53", 53),
                server("10.0.0.54", 5353),
                server("::1", 53),
                server("::1", 5353)));
    assertThat(read.get(ConfigurationKey.RESOLVER_HOSTS))
        .isEqualTo(
            Map.of(
                host("a.example"), List.of(InetAddress.ofLiteral("192.0.2.1")),
                host("b"),
                    List.of(
                        InetAddress.ofLiteral("192.0.2.2"), InetAddress.ofLiteral("2001:db8::2"))));
    assertThat(read.get(ConfigurationKey.RESOLVER_SEARCH)).isTrue();
    assertThat(read.get(ConfigurationKey.RESOLVER_IPV6)).isEqualTo(Ipv6.AVOID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "access: { client: [] }            | 1:11: unknown key \"client\" (did you mean"
            + " \"clients\"?)",
        "access: []                        | 1:9: \"access\" is a list (expected: a mapping with"
            + " clients, users, connect_ports, forward_ports, strict_host,"
            + " lenient_connect, destinations)",
        "access: { clients: [10.0.0.1/8] } | 1:21: clients: \"10.0.0.1/8\": bits behind the prefix"
            + " are set (did you mean \"10.0.0.0/8\"?)",
        "access: { clients: [example.com] } | 1:21: clients: \"example.com\": a name is no subnet"
            + " (expected: an address like 10.20.0.0/16)",
        "access: { clients: [self] }       | 1:21: clients: \"self\": a name is no subnet"
            + " (expected: an address like 10.20.0.0/16)",
        "access: { clients: [1] }          | 1:21: \"clients\" is a number (expected: text, in"
            + " quotes: \"1\")",
        "access: { users: [a] }            | 1:18: \"users\" is a list (expected: text)",
        "access: { connect_ports: [0] }    | 1:27: connect_ports: \"0\" (expected: any, 1..65535,"
            + " or a range like 8000-8099)",
        "access: { connect_ports: [65536] } | 1:27: connect_ports: \"65536\" (expected: any,"
            + " 1..65535, or a range like 8000-8099)",
        "access: { forward_ports: 9-1 }    | 1:26: forward_ports: \"9-1\" (expected: any,"
            + " 1..65535, or a range like 8000-8099)",
        "access: { forward_ports: all }    | 1:26: forward_ports: \"all\" (expected: any,"
            + " 1..65535, or a range like 8000-8099)",
        "access: { destinations: { deny: [lopback] } } | 1:34: deny: \"lopback\" (did you mean"
            + " \"loopback\"?)",
        "access: { destinations: { allow: [everything] } } | 1:35: allow: \"everything\""
            + " (expected: loopback, link_local, multicast, unspecified, metadata, self, or a"
            + " subnet like 10.0.0.0/8)",
        "access: { destinations: { allow: [10.0.0.1/8] } } | 1:35: allow: \"10.0.0.1/8\": bits"
            + " behind the prefix are set (did you mean \"10.0.0.0/8\"?)",
        "access: { destinations: { denny: [] } } | 1:27: unknown key \"denny\" (did you mean"
            + " \"deny\"?)",
        "limits: { tunnel: 1 }             | 1:11: unknown key \"tunnel\" (did you mean"
            + " \"tunnels\"?)",
        "limits: { tunnels: 0 }            | 1:20: tunnels: \"0\" (expected: auto or 1..1000000)",
        "limits: { tunnels_per_client: 1000001 } | 1:31: tunnels_per_client: \"1000001\""
            + " (expected: 1..1000000)",
        "limits: { head: 512B }            | 1:17: head: \"512B\" (expected: 1KiB..1MiB)",
        "limits: { head: 2MiB }            | 1:17: head: \"2MiB\" (expected: 1KiB..1MiB)",
        "limits: { head: 16 }              | 1:17: head: \"16\" (expected: a number with B, KiB,"
            + " MiB or GiB, such as 256KiB)",
        "limits: { target: 65KiB }         | 1:19: target: \"65KiB\" (expected: 256B..64KiB)",
        "limits: { target: 255B }          | 1:19: target: \"255B\" (expected: 256B..64KiB)",
        "limits: { fields: 10001 }         | 1:19: fields: \"10001\" (expected: 1..10000)",
        "timeouts: { body: 0s }            | 1:19: body: \"0s\" (expected: 1ms..1h)",
        "timeouts: { response: 366d }      | 1:23: response: \"366d\" (expected: 1ms..365d)",
        "timeouts: { http_keep_alive: 2d } | 1:30: http_keep_alive: \"2d\" (expected: 1ms..1d)",
        "resolver: { server: [] }          | 1:13: unknown key \"server\" (did you mean"
            + " \"servers\"?)",
        "resolver: { servers: [dns.example] } | 1:23: servers: \"dns.example\" (expected: ADDRESS"
            + " or ADDRESS:PORT, such as 10.0.0.53)",
        "resolver: { servers: 10.0.0.53 }  | 1:22: \"servers\" is text (expected: a list)",
        "resolver: { hosts: [a] }          | 1:20: hosts: a list (expected: a mapping of names to"
            + " an address or a list of them)",
        "resolver: { hosts: { a: b } }     | 1:25: hosts: \"b\" (expected: an address, such as"
            + " 10.0.0.5)",
        "resolver: { hosts: { a: [] } }    | 1:25: hosts: a list (expected: at least one address)",
        "resolver: { hosts: { a: } }       | 1:24: hosts: empty (expected: an address, such as"
            + " 10.0.0.5)",
        "resolver: { hosts: { 1.2.3.4: 1.2.3.5 } } | 1:22: hosts: \"1.2.3.4\" is an address"
            + " (expected: a name)",
        "resolver: { hosts: { a..b: 1.2.3.5 } } | 1:22: hosts: \"a..b\": host has an empty label",
        "resolver: { hosts: { a: 1.2.3.5, A.: 1.2.3.5 } } | 1:34: hosts: \"A.\" is the same name"
            + " as one before it",
        "resolver: { search: 1 }           | 1:21: search: \"1\" (expected: true or false)",
        "resolver: { search: 'true' }      | 1:21: search: \"true\" (expected: true or false)",
        "resolver: { ipv6: no }            | 1:19: ipv6: \"no\" (expected: prefer, avoid, off)",
      })
  void everyProblemHasItsPlace(String text, String problem) {
    assertThat(
            ((ConfigurationFile.Rejected) ConfigurationFile.parse(Path.of("c"), text))
                .problems().stream().map(Problem::toString))
        .containsExactly("c:" + problem);
  }

  private static List<Subnet> subnets(String... texts) {
    return Stream.of(texts).map(text -> Subnet.parse(text).orElseThrow()).toList();
  }

  private static InetSocketAddress server(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  private static Configuration loaded(String text) {
    return ((ConfigurationFile.Loaded) ConfigurationFile.parse(Path.of("conf/c"), text))
        .configuration();
  }
}
