package io.detour.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.DetourProcess;
import io.detour.LoopbackPort;
import io.detour.RunningServer;
import io.detour.TcpOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code detour pipe} as a process: its streams, its exit codes, its end by signals. */
@Timeout(90)
class PipeCommandIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: [old.test] } }
          action: rewrite
          to: localhost
          log: { level: warn, message: use the new name }
        - name: gone
          match: { host: { suffix: dead.test } }
          action: reject
          message: moved, see the wiki
      """;

  @TempDir private Path folder;

  private final List<Process> started = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private Path out;

  @SuppressWarnings("NullAway.Init")
  private Path err;

  @SuppressWarnings("NullAway.Init")
  private Path rules;

  @BeforeEach
  void prepare() throws IOException {
    out = folder.resolve("out");
    err = folder.resolve("err");
    rules = Files.writeString(folder.resolve("moved.yaml"), RULES);
    Files.createDirectory(folder.resolve("tmp"));
  }

  @AfterEach
  void end() {
    started.forEach(
        process ->
            process
                .destroyForcibly()
                .onExit()
                .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
                .join());
  }

  @Test
  @DisplayName("T01: printf 'abc' | detour pipe prints what the target answers at the end")
  @Execution(CONCURRENT)
  void theAnswerToTheEndOfTheInputIsPrinted() throws Exception {
    try (TcpOrigin origin = answersAtTheEnd()) {
      Process pipe = pipe(origin.authority());
      pipe.getOutputStream().write("abc".getBytes(ISO_8859_1));
      pipe.getOutputStream().close();

      assertThat(exitCode(pipe)).isZero();
      assertThat(out).hasContent("got abc");
      assertThat(err).isEmptyFile();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theRulesDecideAndTheirWarningGoesToStandardError() throws Exception {
    try (TcpOrigin origin = answersAtTheEnd()) {
      Process pipe = pipe("OLD.test:" + origin.port(), "--rules", rules.toString());
      pipe.getOutputStream().close();

      assertThat(exitCode(pipe)).isZero();
      assertThat(out).hasContent("got ");
      assertThat(err)
          .content()
          .contains("WARN", "decision", "requested=old.test:" + origin.port())
          .contains(
              "rule=moved action=rewrite mode=enforce ", " target=localhost:" + origin.port());
    }
  }

  @Test
  @Execution(CONCURRENT)
  void rulesOfSeveralFilesLeadThroughTheParentsOfTheConfiguration() throws Exception {
    Path more = Files.createDirectory(folder.resolve("rules.d"));
    Files.writeString(
        more.resolve("10-inner.yaml"),
        """
        version: 1
        rules:
          - name: inner
            match: { host: { exact: inner.test } }
            action: rewrite
            targets: [{ to: original, via: gate }]
        """);
    try (TcpOrigin origin = answersAtTheEnd();
        RunningServer gate = RunningServer.withoutRules()) {
      gate.dns().answer("inner.test", "127.0.0.1");
      Path config =
          Files.writeString(
              folder.resolve("detour.yaml"),
              "parents: { gate: \"http://%s\" }\nrules: [rules.d, moved.yaml]\n"
                  .formatted(gate.authority()));
      for (String host : List.of("inner.test", "old.test")) {
        Process pipe = pipe(host + ":" + origin.port(), "-c", config.toString());
        pipe.getOutputStream().close();

        assertThat(exitCode(pipe)).as(host).isZero();
        assertThat(out).hasContent("got ");
      }
      String target = "inner.test:" + origin.port();
      String both = more + "," + rules;
      assertThat(exitCode(pipe(target, "--rules", both))).isEqualTo(1);
      assertThat(err)
          .content()
          .contains("10-inner.yaml:3:5: error: ", "gate")
          .endsWith("detour pipe: the rules have problems, so nothing was connected\n");
      assertThat(exitCode(pipe(target, "-c", "none.yaml"))).isEqualTo(1);
      assertThat(err)
          .content()
          .startsWith("none.yaml: cannot be read: ")
          .endsWith("detour pipe: the configuration has problems, so nothing was connected\n");
    }
  }

  @ParameterizedTest(name = "{0}: exit {1}, {2}")
  @CsvSource({
    "127.0.0.1:closed, 1, 127.0.0.1:closed: the target refused the connection",
    "a.dead.test:22, 1, 'a.dead.test:22: moved, see the wiki'",
    "localhost, 2, localhost: port is missing (expected: HOST:PORT)",
    "localhost:70000, 2, localhost:70000: port is not a number from 1 to 65535 (expected:"
        + " HOST:PORT)"
  })
  @Execution(CONCURRENT)
  void whatCannotBeServedIsOneSentence(String target, int code, String sentence) throws Exception {
    String closed = String.valueOf(LoopbackPort.refusing());
    Process pipe = pipe(target.replace("closed", closed), "--rules", rules.toString());

    assertThat(exitCode(pipe)).isEqualTo(code);
    assertThat(out).isEmptyFile();
    assertThat(err).hasContent("detour pipe: " + sentence.replace("closed", closed));
  }

  @Test
  @Execution(CONCURRENT)
  void aMissingTargetIsWrongUsage() throws Exception {
    assertThat(exitCode(pipe())).isEqualTo(2);
    assertThat(err).content().contains("HOST:PORT");
  }

  @Test
  @Execution(CONCURRENT)
  void aTemporaryDirectoryThatIsNoneIsNamed() throws Exception {
    Path none = rules.resolve("none"); // below a file: nobody can make it, root neither
    List<String> command = DetourProcess.command("pipe", "127.0.0.1:1");
    command.add(1, "-Djava.io.tmpdir=" + none);

    assertThat(exitCode(start(command))).isEqualTo(1);
    assertThat(out).isEmptyFile();
    assertThat(err)
        .content()
        .endsWith(
            "detour pipe: 127.0.0.1:1: cannot make a private connection in "
                + none
                + ": Not a directory\n");
  }

  @Test
  @Execution(CONCURRENT)
  void rulesWithAProblemConnectNothing() throws Exception {
    Files.writeString(rules, "version: 1\nrulez: []\n");
    try (TcpOrigin origin = answersAtTheEnd()) {
      assertThat(exitCode(pipe(origin.authority(), "--rules", rules.toString()))).isEqualTo(1);
      assertThat(err).content().contains("rulez", "nothing was connected");
      assertThat(origin.accepted()).isZero();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void standardOutputThatNobodyReadsEndsItQuietly() throws Exception {
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              while (true) {
                connection.getOutputStream().write(new byte[100_000]);
              }
            })) {
      Path code = folder.resolve("code");
      List<String> command = new ArrayList<>(List.of("sh", "-c"));
      command.add("{ \"$@\"; echo $? > '" + code + "'; } | head -c 3");
      command.add("sh");
      command.addAll(DetourProcess.command("pipe", origin.authority()));

      assertThat(exitCode(start(command))).isZero();

      await().atMost(LONG).until(() -> Files.exists(code) && Files.size(code) > 0);
      assertThat(code).hasContent("141");
      assertThat(err).isEmptyFile();
    }
  }

  @ParameterizedTest(name = "SIG{0} ends it with {1} and leaves nothing in the temporary directory")
  @CsvSource({"TERM, 143", "INT, 130", "HUP, 129", "KILL, 137"})
  @Execution(CONCURRENT)
  void aSignalEndsIt(String signal, int code) throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      Process pipe = pipe(origin.authority());
      pipe.getOutputStream().write("ping".getBytes(ISO_8859_1));
      pipe.getOutputStream().flush();
      await().atMost(LONG).until(() -> Files.size(out) == 4);
      assumeFalse(
          ignores(pipe, signal), "this shell starts its jobs with SIG" + signal + " ignored");

      kill(pipe, signal);

      assertThat(exitCode(pipe)).isEqualTo(code);
      await().until(() -> origin.open() == 0);
      try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theThreadDumpOfSigquitGoesToStandardError() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      Process pipe = pipe(origin.authority());
      pipe.getOutputStream().write("ping".getBytes(ISO_8859_1));
      pipe.getOutputStream().flush();
      await().atMost(LONG).until(() -> Files.size(out) == 4);

      kill(pipe, "QUIT");

      await().atMost(LONG).until(() -> Files.readString(err).contains("JNI global refs"));
      assertThat(err).content().contains("Full thread dump");
      pipe.getOutputStream().close();
      assertThat(exitCode(pipe)).isZero();
      assertThat(out).hasContent("ping");
    }
  }

  private static void kill(Process process, String signal) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-s", signal, String.valueOf(process.pid())).inheritIO().start();
    assertThat(exitCode(kill)).isZero();
  }

  private static boolean ignores(Process process, String signal) throws IOException {
    int bit = signal.equals("INT") ? 0b10 : signal.equals("HUP") ? 0b1 : 0;
    return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
        .anyMatch(ignored -> (ignored & bit) != 0);
  }

  private Process pipe(String... arguments) throws IOException {
    List<String> command =
        DetourProcess.command(
            Stream.concat(Stream.of("pipe"), Stream.of(arguments)).toArray(String[]::new));
    command.add(1, "-Djava.io.tmpdir=" + folder.resolve("tmp"));
    return start(command);
  }

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("DETOUR_"));
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  private static TcpOrigin answersAtTheEnd() throws IOException {
    return TcpOrigin.start(
        connection -> {
          byte[] question = connection.getInputStream().readAllBytes();
          connection.getOutputStream().write("got ".getBytes(ISO_8859_1));
          connection.getOutputStream().write(question);
        });
  }
}
