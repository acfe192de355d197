package io.detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private final Path program;

  private Tool(String name, Path program) {
    this.name = name;
    this.program = program;
  }

  /** Looks on the PATH and where Debian has programs for administrators. */
  public static Tool ofPackage(String name, String debianPackage) {
    Optional<Path> program =
        Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":", -1))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    String reason = name + " is not installed (Debian package " + debianPackage + "); skipped";
    assumeTrue(program.isPresent(), reason);
    return new Tool(name, program.orElseThrow());
  }

  /** Starts it. What it prints, on both streams, goes to a file. */
  public Process start(Path output, String... arguments) throws IOException {
    return startReading(Path.of("/dev/null"), output, arguments);
  }

  private Process startReading(Path input, Path output, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectInput(input.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Runs it to its successful end; what it printed. */
  public String run(Path folder, String... arguments) throws Exception {
    return runReading(Path.of("/dev/null"), folder, arguments);
  }

  /** The same with a file as its standard input. */
  public String runReading(Path input, Path folder, String... arguments) throws Exception {
    Path output = Files.createTempFile(folder, name, ".out");
    Process process = startReading(input, output, arguments);
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("%s ends", name).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    assertThat(process.exitValue()).as("%s: %s", name, printed).isZero();
    return printed;
  }
}
