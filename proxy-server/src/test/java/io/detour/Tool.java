package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program from a Debian package. Making one skips the test, with the reason, where it is not
 * installed.
 */
public final class Tool {
  private static final int TIMEOUT_SECONDS = 30;

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;

  private Tool(String name, List<String> command, Map<String, String> environment) {
    this.name = name;
    this.command = command;
    this.environment = environment;
  }

  /**
   * How a run ended.
   *
   * @param status the exit status
   * @param printed on both streams
   */
  public record Ended(int status, String printed) {}

  /** Looks on the PATH and where Debian has programs for administrators. */
  public static Tool ofPackage(String name, String debianPackage) {
    Optional<Path> program =
        Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    String reason = name + " is not installed (Debian package " + debianPackage + "); skipped";
    assumeTrue(program.isPresent(), reason);
    return new Tool(name, List.of(program.orElseThrow().toString()), Map.of());
  }

  /** The same with arguments that come before all others. */
  public Tool with(String... arguments) {
    return new Tool(name, joined(command, arguments), environment);
  }

  /** The same with another variable in its environment. */
  public Tool with(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(variables);
    return new Tool(name, command, all);
  }

  /** Starts it. What it prints, on both streams, goes to a file. */
  public Process start(Path output, String... arguments) throws IOException {
    return startReading(Path.of("/dev/null"), output, arguments);
  }

  private Process startReading(Path input, Path output, String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(joined(command, arguments))
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs it to its successful end; what it printed. */
  public String run(Path folder, String... arguments) throws Exception {
    return runReading(Path.of("/dev/null"), folder, arguments);
  }

  /** The same with a file as its standard input. */
  public String runReading(Path input, Path folder, String... arguments) throws Exception {
    Ended ended = endReading(input, folder, arguments);
    assertThat(ended.status()).as("%s: %s", name, ended.printed()).isZero();
    return ended.printed();
  }

  /** Runs it to its end, whatever that is. */
  public Ended end(Path folder, String... arguments) throws Exception {
    return endReading(Path.of("/dev/null"), folder, arguments);
  }

  private Ended endReading(Path input, Path folder, String... arguments) throws Exception {
    Path output = Files.createTempFile(folder, name, ".out");
    Process process = startReading(input, output, arguments);
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("%s ends", name).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private static List<String> joined(List<String> first, String... then) {
    return Stream.concat(first.stream(), Stream.of(then)).toList();
  }
}
