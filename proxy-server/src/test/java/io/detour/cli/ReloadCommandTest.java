package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.LoopbackPort;
import io.detour.ReloadingServer;
import io.detour.TcpOrigin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(60)
class ReloadCommandTest {
  private static final String NO_RULES = "version: 1\nrules: []\n";

  @TempDir private Path folder;

  @Test
  void aReloadIsPrintedAsOneLine() throws IOException {
    try (ReloadingServer server = ReloadingServer.start(folder, NO_RULES)) {
      assertThat(run(Map.of(), "--admin", server.adminAuthority()))
          .isEqualTo(new CommandRun(0, "0 rules in force: unchanged\n", ""));
    }
  }

  @Test
  @Tag("R02")
  void problemsArePrintedWithTheirPlaces() throws IOException {
    try (ReloadingServer server = ReloadingServer.start(folder, NO_RULES)) {
      server.write("version: 1\nruels: []\n");

      CommandRun run = run(Map.of(), "--admin", server.adminAuthority());

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .contains(server.rules() + ":2:1: unknown key \"ruels\" (did you mean \"rules\"?)\n")
          .endsWith(", the rules in force stay\n");
    }
  }

  @Test
  void theConfigurationFileOrTheEnvironmentSaysWhere() throws IOException {
    try (ReloadingServer server = ReloadingServer.start(folder, NO_RULES)) {
      Path config =
          Files.writeString(
              folder.resolve("detour.yaml"),
              "admin: { listen: '" + server.adminAuthority() + "' }\n");

      assertThat(run(Map.of(), "-c", config.toString()).exitCode()).isZero();
      assertThat(run(Map.of("DETOUR_CONFIG", config.toString())).exitCode()).isZero();
      assertThat(run(Map.of("DETOUR_ADMIN_LISTEN", server.adminAuthority())).exitCode()).isZero();
    }
  }

  @Test
  void whereNothingListensIsSaid() throws IOException {
    String nowhere = "127.0.0.1:" + LoopbackPort.refusing();

    CommandRun run = run(Map.of(), "--admin", nowhere);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "detour reload: nothing listens on "
                + nowhere
                + " (expected: the admin interface of a running Detour)\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        ""
      })
  void whatIsNoDetourIsSaid(String answer) throws IOException {
    try (TcpOrigin other =
        TcpOrigin.start(
            connection -> {
              connection.getInputStream().readNBytes(10);
              connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            })) {
      CommandRun run = run(Map.of(), "--admin", other.authority());

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err())
          .isEqualTo(
              "detour reload: what listens on "
                  + other.authority()
                  + " is not the admin interface of a Detour\n");
    }
  }

  @Test
  void anAnswerThatWouldSteerTheTerminalIsEscaped() throws IOException {
    String answer =
        "HTTP/1.1 409 Conflict\r\nServer: detour\r\nContent-Length: 9\r\n\r\na\u001b[2Jb\nc\n";
    try (TcpOrigin other =
        TcpOrigin.start(
            connection -> {
              connection.getInputStream().readNBytes(10);
              connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            })) {
      assertThat(run(Map.of(), "--admin", other.authority()))
          .isEqualTo(new CommandRun(1, "", "a\\u001b[2Jb\nc\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.1:0", "127.0.0.1:x", ":3129"})
  void anAddressThatIsNoneIsWrongUsage(String text) {
    CommandRun run = run(Map.of(), "--admin", text);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("detour reload: --admin " + text + ": ");
  }

  @Test
  void aFileThatDoesNotSayWhereIsAProblem() throws IOException {
    Path any = Files.writeString(folder.resolve("any.yaml"), "admin: { listen: '127.0.0.1:0' }\n");
    assertThat(run(Map.of(), "-c", any.toString()).exitCode()).isEqualTo(2);

    Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "admn: {}\n");
    CommandRun run = run(Map.of(), "-c", wrong.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith(wrong + ":1:1: unknown key \"admn\"");
  }

  private static CommandRun run(Map<String, String> environment, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine(environment)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    String[] arguments = new String[options.length + 1];
    arguments[0] = "reload";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return new CommandRun(line.execute(arguments), out.toString(), err.toString());
  }
}
