package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code listen}, and who may be accepted where. */
class ListenSectionTest {
  private static final String OPEN =
      "would be an open proxy, since neither access.clients nor access.users says who may use it"
          + " (expected: a loopback address, or in the configuration file access: { clients:"
          + " [10.0.0.0/8] } with your subnets, or access: { users: FILE })";
  private static final String EVERYBODY =
      "would serve everybody, since access.clients does not say who may use it, and users cannot"
          + " be asked there (expected: a loopback address, or in the configuration file access: {"
          + " clients: [10.0.0.0/8] } with your subnets)";

  @Test
  void theLongFormSaysMoreAboutAListener() {
    assertThat(
            loaded(
                    """
                    listen:
                      - address: "127.0.0.1:1"
                        proxy_protocol: v2
                        backlog: 17
                        reuse_port: true
                        tls: { certificate: tls/proxy.pem, key: /etc/proxy.key }
                      - { address: "unix:/run/detour.sock" }
                      - "[::1]:2"
                    access: { clients: [127.0.0.0/8] }
                    """)
                .listen())
        .containsExactly(
            new ListenerOptions(
                ListenAddress.parse("127.0.0.1:1"),
                ProxyProtocol.V2,
                17,
                true,
                new TlsFiles(Path.of("conf/tls/proxy.pem"), Path.of("/etc/proxy.key"))),
            ListenerOptions.of(ListenAddress.parse("unix:/run/detour.sock")),
            ListenerOptions.of(ListenAddress.parse("[::1]:2")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                      | 11: key \"address\" is missing",
        "{ address: '127.0.0.1:1', bcklog: 1 }   | 37: unknown key \"bcklog\" (did you mean"
            + " \"backlog\"?)",
        "{ address: '127.0.0.1:1', proxy_protocol: v3 } | 53: proxy_protocol: \"v3\" (expected:"
            + " off, v1, v2, auto)",
        "{ address: '127.0.0.1:1', proxy_protocol: v1 } | 22: address: \"127.0.0.1:1\" would be an"
            + " open proxy, since neither access.clients nor access.users says who may use it"
            + " (expected: a loopback address, or in the configuration file access: { clients:"
            + " [10.0.0.0/8] } with your subnets, or access: { users: FILE })",
        "{ address: '127.0.0.1:1', proxy_protocol: yes } | 53: proxy_protocol: \"yes\" (expected:"
            + " off, v1, v2, auto)",
        "{ address: '127.0.0.1:1', backlog: 0 }  | 46: backlog: \"0\" (expected: 1..65535)",
        "{ address: '127.0.0.1:1', backlog: 65536 } | 46: backlog: \"65536\" (expected: 1..65535)",
        "{ address: '127.0.0.1:1', reuse_port: yes } | 49: reuse_port: \"yes\" (expected: true or"
            + " false)",
        "{ address: 'unix:/s', reuse_port: true } | 33: \"reuse_port\" does not go with a UNIX"
            + " socket",
        "{ address: '127.0.0.1:1', tls: x.pem }  | 42: \"tls\" is text (expected: a mapping with"
            + " certificate, key)",
        "{ address: '127.0.0.1:1', tls: { key: x } } | 42: key \"certificate\" is missing",
        "{ address: '127.0.0.1:1', tls: { certificate: x } } | 42: key \"key\" is missing",
      })
  void everyProblemHasItsPlace(String listener, String problem) {
    assertThat(problems("listen: [ " + listener + " ]")).containsExactly("conf/c:1:" + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0:3128", "[::]:3128", "192.0.2.1:3128", "10.0.0.1:3128", "[fe80::1]:3128"})
  void aListenerThatOthersReachNeedsClientsOrUsers(String address) {
    String listen = "listen: ['" + address + "']\n";

    assertThat(problems(listen))
        .containsExactly("conf/c:1:10: listen: \"" + address + "\" " + OPEN);
    assertThat(problems("listen: [{ address: '" + address + "' }]"))
        .containsExactly("conf/c:1:21: address: \"" + address + "\" " + OPEN);
    assertThat(loaded(listen + "access: { clients: [10.0.0.0/8] }").listen()).hasSize(1);
    assertThat(loaded(listen + "access: { users: htpasswd }").listen()).hasSize(1);
    assertThat(problems(listen + "access: { clients: [], users: off }")).hasSize(1);
  }

  @Test
  void aPlainTcpListenerThatOthersReachNeedsClients() {
    String fixed = "forward: [{ listen: '0.0.0.0:1', to: 'x:1' }]\n";
    String rendezvous = "forward: [{ rendezvous: ['127.0.0.1:1', '192.0.2.1:2'] }]\n";

    assertThat(problems(fixed + "access: { users: htpasswd }"))
        .containsExactly("conf/c:1:21: listen: \"0.0.0.0:1\" " + EVERYBODY);
    assertThat(problems(rendezvous))
        .containsExactly("conf/c:1:41: rendezvous: \"192.0.2.1:2\" " + EVERYBODY);
    assertThat(loaded(fixed + "access: { clients: [10.0.0.0/8] }").forward()).hasSize(1);
    assertThat(loaded(rendezvous + "access: { clients: [10.0.0.0/8] }").forward()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "localhost:1", "unix:/s"})
  void aListenerOfThisMachineNeedsNeither(String address) {
    assertThat(loaded("listen: ['" + address + "']").listen())
        .isEqualTo(List.of(ListenerOptions.of(ListenAddress.parse(address))));
  }

  @Test
  void aSlipInTheClientsIsOneProblem() {
    assertThat(problems("listen: ['0.0.0.0:1']\naccess: { clients: [10.0.0.0/33] }"))
        .singleElement()
        .asString()
        .startsWith("conf/c:2:21: clients: ");
  }

  private static Configuration loaded(String text) {
    return ((ConfigurationFile.Loaded) ConfigurationFile.parse(Path.of("conf/c"), text))
        .configuration();
  }

  private static List<String> problems(String text) {
    return ((ConfigurationFile.Rejected) ConfigurationFile.parse(Path.of("conf/c"), text))
        .problems().stream().map(Problem::toString).toList();
  }
}
