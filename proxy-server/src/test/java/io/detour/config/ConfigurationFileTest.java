package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Subnet;
import io.detour.core.relay.RelayMode;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Problem;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.decide.RuleSource;
import io.detour.server.dial.Parent;
import io.detour.server.serve.Forward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFileTest {
  private static final Path FILE = Path.of("c");

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "---\n", "{}\n", "timeouts: {}\nrelay: {}\n"})
  void whatIsNotSaidIsTheDefault(String text) {
    assertThat(loaded(text)).isEqualTo(Configuration.defaults());
  }

  @Test
  void everyKeyIsRead() {
    Configuration read =
        loaded(
            """
            listen: ["127.0.0.1:1", "[::1]:0", localhost:2]
            forward:
              - { listen: "127.0.0.1:3", to: "Production.Old.example.com.:22" }
              - { rendezvous: ["127.0.0.1:4", "127.0.0.1:5"] }
            admin: { listen: "192.0.2.1:6", hosts: [Detour.Example, ops.example] }
            rules: [names.yaml, names.d]
            rules_watch: 5s
            access: { clients: [10.0.0.0/8] }
            limits: { tunnels: 9 }
            timeouts: { head: 1s, body: 8s, response: 9m, http_keep_alive: 10s, dns: 2s,
              connect: 3s, idle: 4m, half_close: 5h, write_stall: 6d, drain: 700ms }
            via: off
            relay: { mode: copy, pipe_size: 1MiB, pipes: 7, busy_poll: 50us }
            resolver: { search: true }
            parents: { dc: "http://me:s%40cret@Proxy.DC.example.", hop-2: "socks5://[::1]:7" }
            certificates: { watch: 2h }
            ledger: { url: "jdbc:sqlite:state/ledger.db", retention: 30d, max_entries: 5 }
            threads: 8
            """);

    assertThat(read).isEqualTo(expected());
  }

  private static Configuration expected() {
    return Configuration.defaults()
        .with(
            ConfigurationKey.LISTEN,
            Stream.of("127.0.0.1:1", "[::1]:0", "127.0.0.1:2")
                .map(ListenAddress::parse)
                .map(ListenerOptions::of)
                .toList())
        .with(
            ConfigurationKey.FORWARD,
            List.of(
                new Forward.Fixed(
                    tcp("127.0.0.1:3"),
                    HostPort.parse("production.old.example.com:22").orElseThrow()),
                new Forward.Rendezvous(tcp("127.0.0.1:4"), tcp("127.0.0.1:5"))))
        .with(ConfigurationKey.ADMIN_LISTEN, tcp("192.0.2.1:6"))
        .with(ConfigurationKey.ADMIN_HOSTS, Set.of(host("detour.example"), host("ops.example")))
        .with(
            ConfigurationKey.RULES,
            new RuleSource.Listed(List.of(Path.of("names.yaml"), Path.of("names.d"))))
        .with(ConfigurationKey.RULES_WATCH, Duration.ofSeconds(5))
        .with(ConfigurationKey.ACCESS_CLIENTS, List.of(Subnet.parse("10.0.0.0/8").orElseThrow()))
        .with(ConfigurationKey.LIMITS_TUNNELS, 9)
        .with(ConfigurationKey.TIMEOUT_HEAD, Duration.ofSeconds(1))
        .with(ConfigurationKey.TIMEOUT_BODY, Duration.ofSeconds(8))
        .with(ConfigurationKey.TIMEOUT_RESPONSE, Duration.ofMinutes(9))
        .with(ConfigurationKey.TIMEOUT_HTTP_KEEP_ALIVE, Duration.ofSeconds(10))
        .with(ConfigurationKey.TIMEOUT_DNS, Duration.ofSeconds(2))
        .with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofSeconds(3))
        .with(ConfigurationKey.TIMEOUT_IDLE, Duration.ofMinutes(4))
        .with(ConfigurationKey.TIMEOUT_HALF_CLOSE, Duration.ofHours(5))
        .with(ConfigurationKey.TIMEOUT_WRITE_STALL, Duration.ofDays(6))
        .with(ConfigurationKey.TIMEOUT_DRAIN, Duration.ofMillis(700))
        .with(ConfigurationKey.VIA, false)
        .with(ConfigurationKey.RELAY_MODE, RelayMode.COPY)
        .with(ConfigurationKey.RELAY_PIPE_SIZE, 1 << 20)
        .with(ConfigurationKey.RELAY_PIPES, 7)
        .with(ConfigurationKey.RELAY_BUSY_POLL, Duration.ofNanos(50_000))
        .with(ConfigurationKey.RESOLVER_SEARCH, true)
        .with(
            ConfigurationKey.PARENTS,
            Map.of(
                "dc", parent("http://me:s%40cret@proxy.dc.example:3128"),
                "hop-2", parent("socks5://[::1]:7")))
        .with(ConfigurationKey.CERTIFICATES_WATCH, Duration.ofHours(2))
        .with(ConfigurationKey.LEDGER_URL, new LedgerUrl.Sqlite(Path.of("state/ledger.db")))
        .with(ConfigurationKey.LEDGER_RETENTION, Duration.ofDays(30))
        .with(ConfigurationKey.LEDGER_MAX_ENTRIES, 5)
        .with(ConfigurationKey.THREADS, 8);
  }

  @Test
  void oneValueStandsForAListOfOne() {
    assertThat(loaded("listen: 127.0.0.1:1\nrules: a.yaml\n"))
        .isEqualTo(loaded("listen: ['127.0.0.1:1']\nrules: [a.yaml]\n"));
  }

  @Test
  void noRulesCanBeAskedFor() {
    assertThat(loaded("rules: []\n").rules()).isEqualTo(new RuleSource.Listed(List.of()));
  }

  @Test
  void thereMayBePlainTcpListenersAlone() {
    Configuration read = loaded("listen: []\nforward: [{ listen: '127.0.0.1:1', to: 'x:1' }]\n");

    assertThat(read.listen()).isEmpty();
    assertThat(read.forward()).hasSize(1);
  }

  @ParameterizedTest(name = "{1} in {0} is {2}")
  @CsvSource({
    "detour.yaml,      rules.yaml,   rules.yaml",
    "conf/detour.yaml, rules.yaml,   conf/rules.yaml",
    "conf/detour.yaml, /etc/r.yaml,  /etc/r.yaml",
    "/etc/detour.yaml, r/rules.yaml, /etc/r/rules.yaml",
  })
  void pathsAreRelativeToTheFilesFolder(Path file, String rules, Path expected) {
    ConfigurationFile read = ConfigurationFile.parse(file, "rules: [" + rules + "]\n");

    assertThat(((ConfigurationFile.Loaded) read).configuration().rules())
        .isEqualTo(new RuleSource.Listed(List.of(expected)));
  }

  @ParameterizedTest(name = "R02: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "lisen: []                          | 1:1: unknown key \"lisen\" (did you mean"
            + " \"listen\"?)",
        "thread: 1                          | 1:1: unknown key \"thread\" (did you mean"
            + " \"threads\"?)",
        "log: { format: xml }               | 1:16: format: \"xml\" (expected: json, text)",
        "log: { level: 3 }                  | 1:15: level: \"3\" (expected: error, warn, info,"
            + " debug, trace)",
        "log: { periodic: 10ms }            | 1:18: periodic: \"10ms\" (expected: off or 1s..1d)",
        "log: { uses_per_minute: 0 }        | 1:25: uses_per_minute: \"0\" (expected: off or"
            + " 1..1000000)",
        "log: { acces: x }                  | 1:8: unknown key \"acces\" (did you mean"
            + " \"access\"?)",
        "ledger: off                        | 1:9: \"ledger\" is text (expected: a mapping with"
            + " url, retention, max_entries)",
        "ledger: { urls: off }              | 1:11: unknown key \"urls\" (did you mean \"url\"?)",
        "ledger: { url: [] }                | 1:16: \"url\" is a list (expected: text)",
        "ledger: { url: 'jdbc:postgresql://u:secret@/d' } | 1:16: url: the host or its port cannot"
            + " be used (expected: auto, off, jdbc:sqlite:/PATH or"
            + " jdbc:postgresql://[USER:PASSWORD@]HOST[:PORT]/DATABASE)",
        "ledger: { retention: 23h }         | 1:22: retention: \"23h\" (expected: 1d..3650d)",
        "ledger: { max_entries: 0 }         | 1:24: max_entries: \"0\" (expected: 1..100000000)",
        "admin: { hosts: ['a:1'] }          | 1:18: hosts: \"a:1\": host is not an IPv6 address"
            + " (expected: a name without a port)",
        "admin: { hosts: a }                | 1:17: \"hosts\" is text (expected: a list)",
        "[]                                 | 1:1: the file is a list (expected: a mapping with"
            + " listen, forward, admin, rules, rules_watch, access, limits, timeouts, via,"
            + " relay, resolver, parents, pac, certificates, ledger, threads, log)",
        "listen: []                         | 1:9: \"listen\" is an empty list (expected: at least"
            + " one entry)",
        "{ listen: [], forward: [] }        | 1:11: \"listen\" is an empty list (expected: at least"
            + " one entry)",
        "listen: ['unix:run/d.sock']        | 1:10: listen: unix:run/d.sock: the path does not lead"
            + " from / to a file (expected: unix:/PATH of at most 107 bytes)",
        "admin: { listen: 'unix:/run/a' }   | 1:18: listen: unix:/run/a: port is not a number from"
            + " 1 to 65535 (expected: ADDRESS:PORT with an IP address or localhost, such as"
            + " 127.0.0.1:3128)",
        "listen: ['127.0.0.1:65536']        | 1:10: listen: 127.0.0.1:65536: port is not a number"
            + " from 1 to 65535 (expected: ADDRESS:PORT with an IP address or localhost, such as"
            + " 127.0.0.1:3128)",
        "listen: [3128]                     | 1:10: \"listen\" is a number (expected: text, in"
            + " quotes: \"3128\")",
        "rules: [1]                         | 1:9: \"rules\" is a number (expected: text, in"
            + " quotes: \"1\")",
        "rules_watch: 99ms                  | 1:14: rules_watch: \"99ms\" (expected: off or"
            + " 100ms..1h)",
        "rules_watch: 61m                   | 1:14: rules_watch: \"61m\" (expected: off or"
            + " 100ms..1h)",
        "rules_watch: 1                     | 1:14: rules_watch: \"1\" (expected: off or"
            + " 100ms..1h)",
        "rules_watch: []                    | 1:14: rules_watch: a list (expected: off or"
            + " 100ms..1h)",
        "timeouts: { hed: 1s }              | 1:13: unknown key \"hed\" (did you mean \"head\"?)",
        "timeouts: { dns: 9ms }             | 1:18: dns: \"9ms\" (expected: 10ms..1h)",
        "timeouts: { idle: 366d }           | 1:19: idle: \"366d\" (expected: 1ms..365d)",
        "timeouts: { idle: 0s }             | 1:19: idle: \"0s\" (expected: 1ms..365d)",
        "timeouts: { head: 10 }             | 1:19: head: \"10\" (expected: a number with us, ms,"
            + " s, m, h or d, such as 30s)",
        "timeouts: { head: }                | 1:18: head: empty (expected: a number with us, ms, s,"
            + " m, h or d, such as 30s)",
        "via: no                            | 1:6: via: \"no\" (expected: on or off)",
        "via: [off]                         | 1:6: via: a list (expected: on or off)",
        "relay: { mode: fast }              | 1:16: mode: \"fast\" (expected: auto, splice, copy)",
        "relay: { pipe_size: 256 }          | 1:21: pipe_size: \"256\" (expected: a number with B,"
            + " KiB, MiB or GiB, such as 256KiB)",
        "relay: { pipe_size: 2MiB }         | 1:21: pipe_size: \"2MiB\" (expected: 64KiB..1MiB)",
        "relay: { pipes: -1 }               | 1:17: pipes: \"-1\" (expected: auto or 0..1000000)",
        "certificates: { watch: 59s }       | 1:24: watch: \"59s\" (expected: off or 1m..30d)",
        "certificates: { watch: 31d }       | 1:24: watch: \"31d\" (expected: off or 1m..30d)",
        "certificates: { watched: off }     | 1:17: unknown key \"watched\" (did you mean"
            + " \"watch\"?)",
        "threads: 0                         | 1:10: threads: \"0\" (expected: auto or 1..1024)",
        "threads: 1025                      | 1:10: threads: \"1025\" (expected: auto or 1..1024)",
        "threads: 1.5                       | 1:10: threads: \"1.5\" (expected: auto or 1..1024)",
        "threads: '2'                       | 1:10: threads: \"2\" (expected: auto or 1..1024)",
        "forward: {}                        | 1:10: \"forward\" is a mapping (expected: a list)",
        "forward: [{ listen: '127.0.0.1:1' }] | 1:11: key \"to\" is missing",
        "forward: [{ listen: '127.0.0.1:1', to: x }] | 1:40: to: \"x\": port is missing (expected:"
            + " HOST:PORT)",
        "forward: [{ rendezvous: ['127.0.0.1:1'] }] | 1:13: \"rendezvous\" has 1 address (expected:"
            + " two)",
        "forward: [{ rendezvous: ['127.0.0.1:1', '127.0.0.1:1'] }] | 1:11: \"rendezvous\" has the"
            + " same address twice",
        "forward: [{ rendezvous: ['127.0.0.1:1', '127.0.0.1:2'], to: 'x:1' }] | 1:57: key \"to\""
            + " does not go with \"rendezvous\"",
      })
  void everyProblemHasItsPlace(String text, String problem) {
    assertThat(problems(text)).containsExactly("c:" + problem);
  }

  @ParameterizedTest(name = "R02: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "parents: http://u:secret@h             | 1:10: \"parents\" is text (expected: a mapping of"
            + " names to addresses)",
        "parents: ['http://u:secret@h']         | 1:10: \"parents\" is a list (expected: a mapping"
            + " of names to addresses)",
        "parents: { DC: 'http://h' }            | 1:12: name of a parent: \"DC\" (expected: 1 to 63"
            + " characters of a-z, 0-9 and -)",
        "parents: { dc: }                       | 1:15: \"dc\": it is empty (expected: EXPECTED)",
        "parents: { dc: [] }                    | 1:16: \"dc\": it is a list (expected: EXPECTED)",
        "parents: { dc: 3128 }                  | 1:16: \"dc\": it does not begin with http:// or"
            + " socks5:// (expected: EXPECTED)",
        "parents: { dc: 'u:secret@h' }          | 1:16: \"dc\": it does not begin with http:// or"
            + " socks5:// (expected: EXPECTED)",
        "parents: { dc: 'http://u:secret@' }    | 1:16: \"dc\": host is empty (expected: EXPECTED)",
        "parents: { 'http://u:secret@h': 'http://h' } | 1:12: name of a parent: *** (expected: 1 to"
            + " 63 characters of a-z, 0-9 and -)",
        "parents: { 'u:secret@h': '' }          | 1:12: name of a parent: *** (expected: 1 to 63"
            + " characters of a-z, 0-9 and -) and 1:26: ***: it is empty (expected: EXPECTED)",
        "parents: { a: 'http://h', a: 'http://h' } | 1:27: key \"a\" is repeated (first in line 1)",
      })
  void aProblemWithAParentShowsNothingOfItsAddress(String text, String problems) {
    assertThat(problems(text))
        .containsExactly(
            ("c:" + problems.replace(" and 1:", "\nc:1:").replace("EXPECTED", Parent.EXPECTED))
                .split("\n", -1))
        .allSatisfy(problem -> assertThat(problem).doesNotContain("secret"));
  }

  @ParameterizedTest(name = "R02: {0}")
  @ValueSource(
      strings = {
        "parents: { dc: http://user:sec{ret@proxy:3128 }",
        "parents: { dc: http://user:sec}ret@proxy:3128 }",
        "parents: { dc: http://user:sec,ret@proxy:3128 }",
        "parents: { dc: http://user:sec[ret@proxy:3128 }",
        "parents: { dc: http://user:sec]ret@proxy:3128 }",
        "parents: { dc: http://user:sec: ret@proxy:3128 }",
        "parents: { dc: http://user:sec #ret@proxy:3128 }",
        "parents: { dc: http://user:sec?, ret@proxy:3128 }",
        "parents: { dc: 'http://user:sec'ret@proxy:3128' }",
        "parents: { dc: \"http://user:sec\"ret@proxy:3128\" }",
        "parents: { dc: \"http://user:sec\\ret@proxy:3128\" }",
        "parents:\n  dc: http://user:sec: ret@proxy:3128\n",
        "parents:\n  http://user:sec: ret@proxy:3128\n",
        "parents: [http://user:secret@proxy: x, y: z]",
        "threads: http://user:secret@proxy",
        "threads: jdbc:postgresql://h/d?ssl=true&password=secret",
        "ledger: { url: jdbc:postgresql://h/d?password=secret: x, y: z]",
        "threads: http://user:sec ret@proxy",
        "listen: ['http://user:secret@proxy']",
        "relay: { mode: socks5://user:secret@proxy }",
        "http://user:secret@proxy: 1",
        "http://user:secret@proxy: 1\nhttp://user:secret@proxy: 1",
        "timeouts: { 'http://user:secret@proxy': 1s }",
        "http://user:secret@proxy",
        "- http://user:secret@proxy",
        "parents: { dc: *http://user:secret@proxy }",
        "parents: { dc: &http://user:secret@proxy x }",
        "parents: { dc: !http://user:secret@proxy x }",
        "parents: { dc: @http://user:secret@proxy }",
        "parents: { dc: %http://user:secret@proxy }",
        "parents: { dc: {{http://user:secret@proxy}} }",
        "\tparents: { dc: http://user:secret@proxy }",
        "parents: { dc:http://user:secret@proxy }",
        "parents: dc:http://user:secret@proxy x: y",
      })
  void noProblemShowsTheCredentialsOfAnAddress(String text) {
    assertThat(problems(text))
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem).doesNotContain("sec").doesNotContain("ret@"));
  }

  @Test
  @Tag("R02")
  void everyProblemIsReportedAtOnce() {
    assertThat(problems("threads: 0\nlogg: {}\nthreads: 2\ntimeouts: { head: x, dns: y }\n"))
        .containsExactly(
            "c:1:10: threads: \"0\" (expected: auto or 1..1024)",
            "c:2:1: unknown key \"logg\" (did you mean \"log\"?)",
            "c:3:1: key \"threads\" is repeated (first in line 1)",
            "c:4:19: head: \"x\" (expected: " + DurationText.EXPECTED + ")",
            "c:4:27: dns: \"y\" (expected: " + DurationText.EXPECTED + ")");
  }

  @Test
  void anchorsAndMergeKeysAreFollowed() {
    assertThat(
            loaded(
                """
                timeouts: { head: &short 7s, dns: *short }
                forward:
                  - &ssh { listen: "127.0.0.1:9921", to: "a.example:22" }
                  - { <<: *ssh, listen: "127.0.0.1:9922" }
                """))
        .isEqualTo(
            loaded(
                """
                timeouts: { head: 7s, dns: 7s }
                forward:
                  - { listen: "127.0.0.1:9921", to: "a.example:22" }
                  - { to: "a.example:22", listen: "127.0.0.1:9922" }
                """));
  }

  @Test
  @Tag("R03")
  void anAliasBombIsRefused() {
    StringBuilder bomb = new StringBuilder("listen: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      bomb.append("k%d: &a%d [".formatted(i, i) + ("*a" + (i - 1) + ", ").repeat(10) + "]\n");
    }

    assertThat(problems(bomb.toString()))
        .containsExactly("c:5:45: aliases stand for more than 100160 values up to here");
  }

  @Test
  void aFileThatCannotBeReadIsAProblem(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("detour.yaml"), "threads: 3\n");

    assertThat(ConfigurationFile.load(file))
        .isEqualTo(
            new ConfigurationFile.Loaded(
                Configuration.defaults().with(ConfigurationKey.THREADS, 3)));
    assertThat(((ConfigurationFile.Rejected) ConfigurationFile.load(folder)).problems())
        .singleElement()
        .asString()
        .startsWith(folder + ": cannot be read: it is a folder");
  }

  private static Parent parent(String text) {
    return Parent.parse(text).orElseThrow();
  }

  private static ListenAddress.Inet tcp(String text) {
    return ListenAddress.Inet.parse(text);
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  private static Configuration loaded(String text) {
    return ((ConfigurationFile.Loaded) ConfigurationFile.parse(FILE, text)).configuration();
  }

  private static List<String> problems(String text) {
    return ((ConfigurationFile.Rejected) ConfigurationFile.parse(FILE, text))
        .problems().stream().map(Problem::toString).toList();
  }
}
