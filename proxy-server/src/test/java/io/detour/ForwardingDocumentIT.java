package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/**
 * The examples of {@code docs/forwarding.md}, run as they stand there but for ports and the names
 * of hosts that exist nowhere.
 */
@Timeout(120)
class ForwardingDocumentIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "forwarding.md");
  private static final Duration LONG = Duration.ofSeconds(40);
  private static final Pattern PLAIN =
      Pattern.compile("  tcp     127\\.0\\.0\\.1:([0-9]+)(?: with 127\\.0\\.0\\.1:([0-9]+))?");

  private static final String[] RUN = {"run", "-c", "detour.yaml"};

  @TempDir private Path folder;

  private final List<Process> started = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private Path tools;

  @BeforeEach
  void putDetourOnThePath() throws IOException {
    tools = Files.createDirectory(folder.resolve("tools"));
    String words =
        DetourProcess.command().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    SshServer.program(tools, "detour", "exec " + words + " \"$@\"");
  }

  @AfterEach
  void end() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().onExit().orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void bounce() throws Exception {
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              byte[] question = connection.getInputStream().readAllBytes();
              connection.getOutputStream().write("got ".getBytes(ISO_8859_1));
              connection.getOutputStream().write(question);
            })) {
      configuration(
          "db.old.example.com",
          "127.0.0.1:5432",
          "127.0.0.1:0",
          ".com:5432",
          ".com:" + origin.port());
      rules("db");
      try (DetourProcess detour = serving()) {
        String port = plainPorts(detour).getFirst();

        assertThat(run(documented("printf 'hello' | detour pipe 127.0.0.1:5432"), "5432", port))
            .isEqualTo("got hello");
        await().atMost(LONG).until(() -> detour.out().contains("decision"));
        assertThat(detour.out())
            .contains("requested=db.old.example.com:" + origin.port() + " rule=db action=rewrite");
      }
    }
  }

  @Test
  @Execution(CONCURRENT)
  void hop() throws Exception {
    try (SshServer gate = SshServer.start(folder, tools)) {
      assertThat(gate.port()).isPositive();
      assertThat(
              run(
                  documented(
                      "ssh -o ProxyCommand='ssh gate.example.com detour pipe %h:%p'"
                          + " inner.example.com echo reached")))
          .isEqualTo("reached\n");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void twoDetoursInARow() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      configuration(
          "inner.example.com:22",
          "127.0.0.1:2202",
          "127.0.0.1:0",
          "127.0.0.1:3130",
          "127.0.0.1:0",
          "inner.example.com:22",
          origin.authority());
      try (DetourProcess second = DetourProcess.start(folder, Map.of(), RUN).ready()) {
        assertThat(second.addresses()).isEmpty();
        String inner = plainPorts(second).getFirst();
        configuration(
            "127.0.0.1:2201",
            "127.0.0.1:2201",
            "127.0.0.1:0",
            "127.0.0.1:2202",
            "127.0.0.1:" + inner);
        try (DetourProcess first = serving()) {
          String port = plainPorts(first).getFirst();

          assertThat(run("printf 'hello' | detour pipe 127.0.0.1:" + port)).isEqualTo("hello");
        }
      }
    }
  }

  @Test
  @Execution(CONCURRENT)
  void sshByTheLegacyName() throws Exception {
    try (SshServer production = SshServer.start(folder, tools)) {
      assertThat(production.port()).isPositive();
      rules("production");

      assertThat(
              run(
                  documented(
                      "ssh -o ProxyCommand='detour pipe --rules rules.yaml %h:%p'"
                          + " production.old.example.com echo reached")))
          .isEqualTo("reached\n");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void rendezvous() throws Exception {
    try (SshServer machine = SshServer.start(folder, tools)) {
      configuration("rendezvous", "127.0.0.1:9931", "127.0.0.1:0", "127.0.0.1:9932", "127.0.0.1:0");
      try (DetourProcess meeting = serving()) {
        List<String> ports = plainPorts(meeting);
        start(
            replaced(
                block("sh", "mkfifo back"),
                "1:22\n",
                "1:" + machine.port() + "\n",
                "9931",
                ports.get(0)),
            "behind");

        for (int user = 1; user <= 2; user++) {
          assertThat(
                  run(
                      documented(
                          "ssh -o ProxyCommand='ssh meet.example.com detour pipe 127.0.0.1:9932'"
                              + " machine.example.com echo reached"),
                      "9932",
                      ports.get(1)))
              .isEqualTo("reached\n");
        }
      }
    }
  }

  /** Writes the block with a text in it as {@code detour.yaml}, with these texts replaced. */
  private void configuration(String text, String... replacements) throws IOException {
    // The new host is this machine, which none is by default.
    Files.writeString(
        folder.resolve("detour.yaml"),
        replaced(block("yaml", text), replacements) + DetourProcess.OPEN_ACCESS);
  }

  /** Writes the block with this rule as {@code rules.yaml}; the new host is this machine. */
  private void rules(String name) throws IOException {
    String block = block("yaml", "- name: " + name + "\n");
    Files.writeString(
        folder.resolve("rules.yaml"), replaced(block, name + ".new.example.com", "localhost"));
  }

  /** The usual addresses may be in use on the machine that tests. */
  private DetourProcess serving() throws IOException {
    List<String> command = new ArrayList<>(List.of(RUN));
    command.addAll(List.of("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"));
    return DetourProcess.start(folder, Map.of(), command.toArray(String[]::new)).ready();
  }

  private static List<String> plainPorts(DetourProcess detour) {
    Matcher line = PLAIN.matcher(detour.out());
    assertThat(line.find()).as(detour.out()).isTrue();
    return line.group(2) == null ? List.of(line.group(1)) : List.of(line.group(1), line.group(2));
  }

  /** The block of the document in this language with a text in it. */
  private static String block(String language, String text) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    while (block.find()) {
      if (block.group(1).contains(text)) {
        return block.group(1);
      }
    }
    throw new AssertionError("no block of the document has " + text);
  }

  /** A text that the document has. */
  private static String documented(String text) throws IOException {
    assertThat(DOCUMENT).content().contains(text);
    return text;
  }

  private static String replaced(String text, String... pairs) {
    String result = text;
    for (int i = 0; i < pairs.length; i += 2) {
      assertThat(result).contains(pairs[i]);
      result = result.replace(pairs[i], pairs[i + 1]);
    }
    return result;
  }

  /** Runs a command of the document to its end; what it prints. */
  private String run(String command, String... replacements) throws Exception {
    Process process = start(replaced(command, replacements), "command");
    assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).as(command).isTrue();
    assertThat(process.exitValue()).as(printed("command.err")).isZero();
    return printed("command.out");
  }

  private Process start(String command, String name) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(folder.resolve(name + ".out").toFile())
            .redirectError(folder.resolve(name + ".err").toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("DETOUR_"));
    builder.environment().put("PATH", SshServer.path(tools));
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private String printed(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }
}
