package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The JDK's {@code keytool} as a child process: there is no public interface to issue certificates.
 */
record Keytool(Path program, Duration timeout) {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** A call is over before the JIT compiler pays off. */
  private static final List<String> JVM_OPTIONS =
      List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Duser.language=en");

  /** That of the JDK that runs this; a JRE has it too. */
  static Keytool ofThisJdk() {
    return new Keytool(Path.of(System.getProperty("java.home"), "bin", "keytool"), DEFAULT_TIMEOUT);
  }

  /**
   * @throws IOException if it cannot be run, takes too long or fails
   */
  void run(List<String> arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    try {
      process.getOutputStream().close();
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "--demo: keytool took longer than %d s".formatted(timeout.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new IOException("--demo: keytool failed: " + output(process));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> command =
        Stream.of(List.of(program.toString()), JVM_OPTIONS, arguments)
            .flatMap(List::stream)
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Meant for Detour's JVM: a debugger's port, for one, is taken already.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IOException(
          "--demo: cannot run " + program + ", which issues the demo's certificate", e);
    }
  }

  /** On one line; a few lines that wait in the pipe. */
  private static String output(Process process) throws IOException {
    String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return text.isEmpty()
        ? "exit code " + process.exitValue()
        : text.replaceAll("\\s*\\R\\s*", " ");
  }
}
