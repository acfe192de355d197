package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.LoopbackPort;
import io.detour.RawClient;
import io.detour.RunningServer;
import io.detour.TcpOrigin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The verbs that talk to a running Detour, but for {@code reload}. */
@Timeout(60)
class AdminCommandsTest {
  @Test
  void theStatusIsShownAtAGlance() throws IOException {
    try (RunningServer proxy = start()) {
      CommandRun run = run(proxy, "status");

      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .matches(
              """
              Detour \\S+ \\(\\S+\\), ready, up for 0m \\d+s, mode enforce
                rules        0
                clients      0
                tunnels      0
                requests     0
                legacy uses  0
              """);
      assertThat(run(proxy, "status", "--json").out()).startsWith("{\"version\":\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://%s", "http://%s/", "HTTP://%s/metrics", "%s"})
  void theAdminInterfaceMayBeGivenAsItsUrl(String form) throws IOException {
    try (RunningServer proxy = start()) {
      String admin = form.formatted(proxy.adminAuthority());

      assertThat(CommandRun.detour("status", "--admin", admin).exitCode()).isZero();
      assertThat(CommandRun.detour("ready", "--admin", admin))
          .isEqualTo(new CommandRun(0, "ready\n", ""));
    }
  }

  @Test
  void aRunningDetourExplainsByTheRulesInForce() throws IOException {
    try (RunningServer proxy =
        RunningServer.start(
            """
            version: 1
            rules:
              - { name: erp, match: { host: erp.old.test }, action: rewrite, to: erp.new.test }
            """
                .replace(
                    "host: erp.old.test", "host: { exact: erp.old.test }, client: 10.0.0.1"))) {
      String admin = "http://" + proxy.adminAuthority();
      String host = "https://erp.old.test/path";

      CommandRun asked =
          CommandRun.detour("explain", host, "--admin", admin, "--client", "10.0.0.1");
      assertThat(asked.exitCode()).as(asked.err()).isZero();
      assertThat(asked.out()).startsWith("{").contains("\"erp.new.test:443\"");
      assertThat(CommandRun.detour("explain", host, "--admin", admin).out())
          .doesNotContain("\"decision\":\"rewrite\"");
      CommandRun both = CommandRun.detour("explain", host, "--admin", admin, "--resolve");
      assertThat(both.exitCode()).isEqualTo(2);
      assertThat(both.err()).contains("--admin: a running Detour is asked");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "chekc, (did you mean \"check\"?)",
    "reprot, (did you mean \"report\"?)",
    "run --rulse=a, (did you mean \"--rules\"?)",
    "explain h --conect, (did you mean \"--connect\"?)",
  })
  void anUnknownWordIsAnsweredWithWhatWasProbablyMeant(String line, String advice) {
    CommandRun run = CommandRun.detour(line.split(" ", -1));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(advice);
  }

  @Test
  void helpIsAVerbToo() {
    CommandRun help = CommandRun.detour("help", "explain");

    assertThat(help).isEqualTo(CommandRun.detour("explain", "--help"));
    assertThat(help.exitCode()).isZero();
    assertThat(CommandRun.detour("nothing-like-it").err()).doesNotContain("did you mean");
  }

  @Test
  void openTunnelsAreListedAndOneIsEnded() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start();
        RawClient client = proxy.client()) {
      assertThat(run(proxy, "connections").out()).endsWith("\n0 tunnels\n").startsWith("id  ");
      client.tunnel(origin.authority());
      await().until(() -> run(proxy, "connections").out().endsWith("\n1 tunnel\n"));

      List<String> lines = run(proxy, "connections").out().lines().toList();
      assertThat(lines.get(1)).contains("127.0.0.1  -", origin.authority(), " copy ");
      String id = lines.get(1).substring(0, lines.get(1).indexOf(' '));
      assertThat(run(proxy, "connections", "--kill", id))
          .isEqualTo(new CommandRun(0, "ended\n", ""));
      await().until(() -> run(proxy, "connections").out().endsWith("\n0 tunnels\n"));
      CommandRun again = run(proxy, "connections", "--kill", id);
      assertThat(again.exitCode()).isOne();
      assertThat(again.err()).startsWith("there is no tunnel of this id");
    }
  }

  @Test
  void readinessFollowsTheServer() throws Exception {
    try (RunningServer proxy = start()) {
      assertThat(run(proxy, "ready")).isEqualTo(new CommandRun(0, "ready\n", ""));
      assertThat(run(proxy, "drain")).isEqualTo(new CommandRun(0, "draining\n", ""));
      assertThat(run(proxy, "ready")).isEqualTo(new CommandRun(1, "", "draining\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "connections", "drain", "ready"})
  void whereNothingListensIsSaid(String verb) throws IOException {
    String nowhere = "127.0.0.1:" + LoopbackPort.refusing();

    assertThat(run(verb, "--admin", nowhere))
        .isEqualTo(
            new CommandRun(
                1,
                "",
                "detour "
                    + verb
                    + ": nothing listens on "
                    + nowhere
                    + " (expected: the admin interface of a running Detour)\n"));
  }

  @Test
  @DisplayName("an answer that is no JSON is shown as it is, and steers no terminal")
  void anAnswerThatIsNoJsonIsShown() throws IOException {
    String answer = "HTTP/1.1 200 OK\r\nServer: detour\r\nContent-Length: 6\r\n\r\nx\u001b[2J\n";
    try (TcpOrigin other =
        TcpOrigin.start(
            connection -> {
              connection.getInputStream().readNBytes(10);
              connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            })) {
      assertThat(run("status", "--admin", other.authority()))
          .isEqualTo(new CommandRun(0, "x\\u001b[2J\n", ""));
    }
  }

  private static RunningServer start() throws IOException {
    return RunningServer.start("version: 1\nrules: []\n");
  }

  private static CommandRun run(RunningServer proxy, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--admin", proxy.adminAuthority()));
    return run(all.toArray(String[]::new));
  }

  private static CommandRun run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(Map.of());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return new CommandRun(line.execute(arguments), out.toString(), err.toString());
  }
}
