package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.Detour;
import io.detour.LoopbackPort;
import io.detour.RawClient;
import io.detour.RunningServer;
import io.detour.SocketTable;
import io.detour.TcpOrigin;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.config.ServerOptions;
import io.detour.rules.RuleSet;
import io.detour.server.accept.ListenAddress;
import io.detour.server.decide.FixedRules;
import io.detour.server.decide.RuleTexts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** How {@code run} refuses to start, and that nothing is left of it then; and where it listens. */
@Timeout(60)
class RunCommandTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private static final String JSON_WITH_RULE_B =
      "{\"version\": 1, \"rules\": [{\"name\": \"b\","
          + " \"match\": {\"host\": {\"exact\": \"c.test\"}}, \"action\": \"pass\"}]}";

  @TempDir private Path folder;

  @ParameterizedTest(name = "--listen {0} would be an open proxy")
  @ValueSource(strings = {"0.0.0.0:0", "192.0.2.1:3128", "[::]:0", "[2001:db8::1]:3128"})
  void anAddressBeyondLoopbackIsRefused(String address) {
    CommandRun run = run(Map.of(), "--listen", address);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines().findFirst().orElseThrow())
        .startsWith("detour run: --listen " + address + ": would be an open proxy")
        .endsWith(
            "(expected: a loopback address, or in the configuration file access: { clients:"
                + " [10.0.0.0/8] } with your subnets, or access: { users: FILE })");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void authoritiesThatCannotBeReadKeepItFromStarting() throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, "certificates: { trust: [none.pem] }");

    CommandRun run = run(Map.of(), "-c", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "detour: certificates.trust: "
                + folder.resolve("none.pem")
                + ": cannot be read: there is no such file\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void usersWithAProblemKeepItFromStarting() throws IOException {
    Files.writeString(folder.resolve("htpasswd"), "alice:secret\nbob\n");
    Path file = folder.resolve("detour.yaml");
    Files.writeString(file, "access: { users: htpasswd }");

    CommandRun run = run(Map.of(), "-c", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines().toList())
        .hasSize(3)
        .satisfies(lines -> assertThat(lines.get(0)).startsWith(folder + "/htpasswd:1:7: "))
        .satisfies(lines -> assertThat(lines.get(1)).startsWith(folder + "/htpasswd:2:1: "))
        .endsWith("detour: the users have problems, so nothing was started");
    assertThat(run.err()).doesNotContain("secret");
  }

  @ParameterizedTest(name = "{0} {1} is wrong usage")
  @CsvSource({
    "--listen,        127.0.0.1:65536, port is not a number from 1 to 65535",
    "--listen,        127.0.0.1:,      port is not a number from 1 to 65535",
    "--listen,        127.0.0.1,       port is missing",
    "--listen,        ::1:3128,        ",
    "--listen,        proxy.test:3128, a name is not looked up",
    "--listen,        127.1:3128,      host ends in a number but is not an IPv4 address",
    "--admin-listen,  127.0.0.1:99999, port is not a number from 1 to 65535",
    "--admin-listen,  admin,           port is missing",
    "--relay,         fast,            is no path",
    "--mode,          trial,           is no mode",
    "--threads,       0,               auto or 1..1024",
    "--threads,       1025,            auto or 1..1024",
    "--threads,       many,            auto or 1..1024",
    "--drain-timeout, soon,            ",
    "--drain-timeout, -1s,             ",
  })
  void aWrongOptionIsWrongUsage(String option, String value, String said) {
    CommandRun run = run(Map.of(), option, value);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines().findFirst().orElseThrow())
        .contains(option, value, said == null ? "" : said);
    assertThat(run.out()).isEmpty();
  }

  @Test
  @DisplayName("R02: a rule file that does not exist: exit 1, and nothing listens")
  void aMissingRuleFileKeepsItFromStarting() throws IOException {
    int port = LoopbackPort.free();
    Path missing = folder.resolve("none.yaml");

    CommandRun run = run(Map.of(), "--listen", loopback(port), "--rules", missing.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            missing + ": cannot be read: there is no such file",
            "detour: the rules have problems, so nothing was started");
    assertFree(port);
  }

  @Test
  @DisplayName("R02: files and folders are read as one set, and the problems of all are reported")
  void theProblemsOfAllFilesAndFoldersAreReported() throws IOException {
    Path file = Files.writeString(folder.resolve("first.yaml"), RuleTexts.rejecting("a", "b"));
    Path rest = Files.createDirectory(folder.resolve("rules.d"));
    Path wrong = Files.writeString(rest.resolve("10-wrong.yaml"), "version: 2\nrules: []\n");
    Path again = Files.writeString(rest.resolve("20-again.json"), JSON_WITH_RULE_B);
    Files.writeString(rest.resolve(".hidden.yaml"), "nonsense");
    Files.writeString(rest.resolve("README"), "nonsense");

    CommandRun run = run(Map.of(), "--rules", file.toString(), "--rules", rest.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            wrong + ":1:10: version: \"2\" (expected: the number 1)",
            again + ":1:26: name: \"b\" is taken by the rule at " + file + ":4",
            "detour: the rules have problems, so nothing was started");
  }

  @ParameterizedTest(name = "R02: {0}: exit 1")
  @CsvSource(
      delimiter = '|',
      value = {
        "to: 127.0.0.1:3128 | is a listener of this Detour itself",
        "to: 127.0.0.1:3129 | is a listener of this Detour itself",
        "targets: [{ to: a.test, via: dc }] | parent",
      })
  void aRuleThatCannotBeMeantKeepsItFromStarting(String outcome, String said) throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: a
                match: { host: { exact: a.old.test } }
                action: rewrite
                %s
            """
                .formatted(outcome));

    CommandRun run = run(Map.of(), "--rules", rules.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(rules + ":").contains(": error: ", said),
            line ->
                assertThat(line)
                    .isEqualTo("detour: the rules have problems, so nothing was started"));
    assertThat(run.out()).isEmpty();
  }

  @Test
  @DisplayName("R02: every typing error of a rule file with its place: exit 1, and nothing listens")
  void aRuleFileWithTypingErrorsKeepsItFromStarting() throws IOException {
    int port = LoopbackPort.free();
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: a
                match: { host: { sufix: old.test } }
                action: pas
            """);

    CommandRun run =
        run(
            Map.of(),
            "--listen",
            loopback(port),
            "--admin-listen",
            "127.0.0.1:0",
            "--rules",
            rules.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(rules + ":4:22: unknown key \"sufix\" (did you mean \"suffix\"?)")
        .contains(rules + ":5:13: ")
        .endsWith("detour: the rules have problems, so nothing was started\n");
    assertThat(run.out()).isEmpty();
    assertFree(port);
  }

  @Test
  void aRuleFileWhoseOwnTestFailsIsNotServed() throws IOException {
    Path rules = folder.resolve("rules.yaml");
    Files.writeString(
        rules,
        """
        version: 1
        rules: []
        tests:
          - { host: erp.old.example.com, expect: { action: reject } }
        """);
    CommandRun run =
        run(Map.of(), "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--rules=" + rules);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith(rules + ":4:5: test of erp.old.example.com:443 failed")
        .endsWith("detour: the rules have problems, so nothing was started\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void theEnvironmentSetsOptions() {
    CommandRun run = run(Map.of("DETOUR_LISTEN", "127.0.0.1:0,192.0.2.7:3128"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("detour run: --listen 192.0.2.7:3128: would be an open proxy");
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "DETOUR_LISTEN,        127.0.0.1:65536, --listen",
    "DETOUR_ADMIN_LISTEN,  nowhere,         --admin-listen",
    "DETOUR_RELAY,         fast,            --relay",
    "DETOUR_MODE,          trial,           --mode",
    "DETOUR_DRAIN_TIMEOUT, soon,            --drain-timeout",
  })
  void aWrongVariableIsWrongUsage(String variable, String value, String option) {
    CommandRun run = run(Map.of(variable, value));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(option, value);
  }

  @Test
  void theCommandLineBeatsTheEnvironment() {
    Map<String, String> environment =
        Map.of("DETOUR_RULES", "from-the-environment.yaml", "DETOUR_LISTEN", "127.0.0.1:0");

    assertThat(run(environment).err()).startsWith("from-the-environment.yaml: ");
    assertThat(run(environment, "--rules", "from-the-line.yaml").err())
        .startsWith("from-the-line.yaml: ");
  }

  @Test
  void anEmptyVariableIsNotSet() {
    Map<String, String> environment = Map.of("DETOUR_LISTEN", "", "DETOUR_RULES", "none.yaml");

    assertThat(run(environment).err()).startsWith("none.yaml: ");
  }

  @Test
  void severalListenersServeAlsoOnIpv6() throws IOException {
    SocketTable.assumeIpv6();
    List<ListenAddress> addresses =
        List.of(
            ListenAddress.Inet.parse("127.0.0.1:0"),
            ListenAddress.Inet.parse("127.0.0.1:0"),
            ListenAddress.Inet.parse("[::1]:0"));
    try (RunningServer proxy = RunningServer.listeningOn(addresses);
        TcpOrigin origin = TcpOrigin.echo()) {
      assertThat(proxy.addresses())
          .hasSize(3)
          .doesNotHaveDuplicates()
          .allMatch(address -> address.getAddress().isLoopbackAddress() && address.getPort() > 0);
      for (InetSocketAddress address : proxy.addresses()) {
        try (RawClient client = RawClient.connect(address)) {
          assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
          assertThat(client.send("ping").read(4)).isEqualTo("ping");
        }
      }
    }
  }

  @Test
  @DisplayName("a taken port is named with its cause, and nothing is half started")
  void aTakenPortLeavesNothingHalfStarted() throws IOException {
    int first = LoopbackPort.free();
    int admin = LoopbackPort.free();
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      List<ListenAddress> addresses =
          List.of(
              ListenAddress.Inet.parse(loopback(first)),
              ListenAddress.Inet.parse(loopback(taken.getLocalPort())));

      assertThatThrownBy(() -> start(addresses, ListenAddress.Inet.parse(loopback(admin))))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot listen on " + loopback(taken.getLocalPort()) + ": ")
          .hasMessageContaining("in use");
    }
    assertFree(first);
    assertFree(admin);
  }

  @Test
  void aTakenAdminPortLeavesNothingHalfStarted() throws IOException {
    int port = LoopbackPort.free();
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      ListenAddress.Inet admin = ListenAddress.Inet.parse(loopback(taken.getLocalPort()));

      assertThatThrownBy(() -> start(List.of(ListenAddress.Inet.parse(loopback(port))), admin))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("admin: cannot listen on " + loopback(taken.getLocalPort()))
          .hasMessageContaining("in use");
    }
    assertFree(port);
  }

  private static Detour start(List<ListenAddress> addresses, ListenAddress.Inet admin)
      throws IOException {
    Configuration configuration =
        Configurations.listening(Configurations.open(), addresses)
            .with(ConfigurationKey.ADMIN_LISTEN, admin);
    return Detour.start(ServerOptions.of(configuration, FixedRules.supply(RuleSet.empty())));
  }

  private static CommandRun run(Map<String, String> environment, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine(environment)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    String[] arguments = new String[options.length + 1];
    arguments[0] = "run";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return new CommandRun(line.execute(arguments), out.toString(), err.toString());
  }

  private static String loopback(int port) {
    return "127.0.0.1:" + port;
  }

  private static void assertFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, LOOPBACK)) {
      assertThat(socket.isBound()).isTrue();
    }
  }
}
