package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationYaml;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConfigCommandTest {
  @TempDir private Path folder;

  @Test
  void theDefaultsArePrintedWithTheirCommentsWhateverTheEnvironmentSays() throws IOException {
    CommandRun run = run(Map.of("DETOUR_THREADS", "7"), "config", "--defaults");

    assertThat(run)
        .isEqualTo(new CommandRun(0, Files.readString(Path.of("../detour.example.yaml")), ""));
  }

  @Test
  void whatIsPrintedAsTheDefaultsIsAFileThatEqualsThem() throws IOException {
    Path file = write(run(Map.of(), "config", "--defaults").out());

    assertThat(run(Map.of(), "config", "--effective", "-c", file.toString()))
        .isEqualTo(new CommandRun(0, ConfigurationYaml.of(Configuration.defaults()), ""));
  }

  @Test
  void whatIsEffectiveWithoutAnythingIsTheDefaults() {
    assertThat(run(Map.of(), "config", "--effective").out())
        .isEqualTo(ConfigurationYaml.of(Configuration.defaults()));
  }

  @Test
  void optionsBeatTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefaults() throws IOException {
    Path file =
        write("threads: 2\nrelay: { mode: copy, pipes: 9 }\ntimeouts: { drain: 2s, idle: 3h }\n");
    Map<String, String> environment =
        Map.of(
            "DETOUR_CONFIG", file.toString(),
            "DETOUR_THREADS", "3",
            "DETOUR_RELAY", "splice");

    CommandRun run = run(environment, "config", "--effective", "--threads", "4");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .contains(
            "threads: 4", "  mode: splice", "  pipes: 9", "  drain: 2s", "  idle: 3h", "  dns: 5s");
  }

  @Test
  void whatIsPrintedIsAFileThatPrintsTheSame() throws IOException {
    String once =
        run(
                Map.of(),
                "config",
                "--effective",
                "--listen=127.0.0.1:0,[::1]:0",
                "--admin-listen=127.0.0.1:1",
                "--rules=some.yaml",
                "--threads=auto",
                "--drain-timeout=90s")
            .out();

    String twice = run(Map.of(), "config", "--effective", "-c", write(once).toString()).out();

    assertThat(once).contains("- " + Path.of("some.yaml").toAbsolutePath(), "drain: 90s");
    assertThat(twice).isEqualTo(once);
  }

  @Test
  @Tag("R02")
  void everyProblemOfTheFileIsPrinted() throws IOException {
    Path file = write("thread: 1\nrelay: { mode: x }\n");

    CommandRun run = run(Map.of(), "config", "--effective", "--config", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            file + ":1:1: unknown key \"thread\" (did you mean \"threads\"?)",
            file + ":2:16: mode: \"x\" (expected: auto, splice, copy)");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--defaults --effective"})
  void oneOfTheTwoIsAskedFor(String options) {
    String[] arguments =
        Stream.concat(Stream.of("config"), Stream.of(options.split(" ")))
            .filter(argument -> !argument.isEmpty())
            .toArray(String[]::new);

    assertThat(run(Map.of(), arguments).exitCode()).isEqualTo(2);
  }

  @Test
  void anAddressBeyondLoopbackIsAcceptedWhereTheFileSaysWhoMayUseIt() throws IOException {
    Path file = write("access: { clients: [10.0.0.0/8] }");

    CommandRun run =
        run(Map.of(), "config", "--effective", "-c", file.toString(), "--listen", "[::]:1");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("[::]:1");
  }

  @Test
  void theHelpOfRunNamesTheDefaults() {
    String help = run(Map.of(), "run", "--help").out().replaceAll("\\s+", "");

    Configuration defaults = Configuration.defaults();
    assertThat(help)
        .contains(
            "accepted,ADDRESS:PORTorunix:/PATH;maybegivenseveraltimes.Port0takesanyfreeone(default:127.0.0.1:3128)")
        .contains("andmore(default:127.0.0.1:3129)")
        .contains("toendonastop(default:30s)");
    assertThat(ConfigurationYaml.of(defaults))
        .contains("- 127.0.0.1:3128", "listen: 127.0.0.1:3129", "drain: 30s", "mode: auto");
    assertThat(ConfigurationYaml.of(defaults)).contains("threads: auto");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("detour.yaml"), text);
  }

  private static CommandRun run(Map<String, String> environment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine(environment)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return new CommandRun(line.execute(arguments), out.toString(), err.toString());
  }
}
