package io.detour.core.relay;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Another process with this test's class path, for what one process cannot show: a peer that is
 * stopped, an ordinary user, another network namespace.
 */
final class SecondJvm implements AutoCloseable {
  /** Longer than anything that such a process is asked for in one line. */
  private static final int DEADLINE_SECONDS = 150;

  private final Process process;
  private final BufferedReader output;

  private SecondJvm(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /**
   * Starts a main class.
   *
   * @param prefix a command that runs the command behind it, or nothing
   * @param classPath where the classes are, {@link #classPath} or a copy
   */
  static SecondJvm start(
      List<String> prefix, List<Path> classPath, Class<?> main, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:+UseSerialGC"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
    return new SecondJvm(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Where this process has its classes: folders and archives. */
  static List<Path> classPath() {
    Set<Path> all = new LinkedHashSet<>();
    all.add(rootOf(SecondJvm.class));
    for (String property : new String[] {"java.class.path", "jdk.module.path"}) {
      for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
        if (!entry.isEmpty()) {
          all.add(Path.of(entry).toAbsolutePath());
        }
      }
    }
    return List.copyOf(all);
  }

  private static Path rootOf(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    URL url = Objects.requireNonNull(type.getResource(file));
    try {
      String location = url.toURI().toString();
      return Path.of(URI.create(location.substring(0, location.length() - file.length() + 1)));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next line that the process prints; one that prints none in time is ended. */
  String line() throws IOException {
    CompletableFuture<Void> answered = new CompletableFuture<>();
    CompletableFuture<Void> deadline =
        answered
            .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .whenComplete(
                (nothing, late) -> {
                  if (late != null) {
                    process.destroyForcibly();
                  }
                });
    String line = output.readLine();
    answered.complete(null);
    if (line == null) {
      throw new AssertionError(
          "the other process has ended (in time: "
              + !deadline.isCompletedExceptionally()
              + "); why, it has printed");
    }
    return line;
  }

  /** Writes a line to the standard input of the process. */
  void tell(String line) throws IOException {
    BufferedWriter input = process.outputWriter();
    input.write(line);
    input.newLine();
    input.flush();
  }

  /** The process makes no step until it is continued. */
  void stop() throws IOException, InterruptedException {
    signal("STOP");
  }

  void proceed() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int result =
        new ProcessBuilder("sh", "-c", "kill -s " + name + " " + process.pid()).start().waitFor();
    if (result != 0) {
      throw new AssertionError("SIG" + name + " of process " + process.pid() + ": " + result);
    }
  }

  /** Waits for the process to end; its exit code. */
  int exitCode(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " runs after " + seconds + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
