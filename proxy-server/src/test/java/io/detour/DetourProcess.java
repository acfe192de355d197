package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The packaged {@code detour.jar} as a process of its own, started as {@code bin/detour} does. */
public final class DetourProcess implements AutoCloseable {
  /** For a configuration file: tunnels to any port, of this machine, too; logs for people. */
  public static final String OPEN_ACCESS =
      """
      access: { connect_ports: any, destinations: { deny: [] } }
      log: { format: text }
      """;

  private static final Path JAR = Path.of("target", "detour.jar");
  private static final Path CACHE = Path.of("target", "detour.aot");
  private static final Path OPTIONS = Path.of("..", "bin", "jvm.options");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern ADDRESS =
      Pattern.compile("  (proxy|admin)   http://(\\[?[0-9a-f.:]+]?):([0-9]+)");

  private final Process process;
  private final Path out;
  private final Path err;

  private DetourProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts {@code detour} with these arguments, in a folder that also takes what it prints. */
  public static DetourProcess start(
      Path folder, Map<String, String> environment, String... arguments) throws IOException {
    return start(folder, environment, command(arguments));
  }

  /** The same with at most so many descriptors ({@code RLIMIT_NOFILE}, soft and hard). */
  static DetourProcess startWithDescriptors(int most, Path folder, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
    command.addAll(command(arguments));
    return start(folder, Map.of(), command);
  }

  /** A whole command line. */
  static DetourProcess start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = Files.createTempFile(folder, "detour", ".out");
    Path err = Files.createTempFile(folder, "detour", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("DETOUR_"));
    builder.environment().put("DETOUR_CONFIG", open(folder).toString());
    builder.environment().put("XDG_STATE_HOME", folder.toAbsolutePath().toString());
    builder.environment().putAll(environment);
    return new DetourProcess(builder.start(), out, err);
  }

  /** What holds unless a test names another file: tunnels to any port of this machine. */
  private static Path open(Path folder) throws IOException {
    return Files.writeString(folder.resolve("open.yaml"), OPEN_ACCESS);
  }

  /** The command line that {@code bin/detour} would run. */
  public static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + OPTIONS.toAbsolutePath(),
                "-XX:AOTCache=" + CACHE.toAbsolutePath(),
                "-jar",
                JAR.toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits until it says that it is ready. */
  public DetourProcess ready() {
    await("the process is ready")
        .atMost(START_TIMEOUT)
        .until(() -> !process.isAlive() || !addresses("admin").isEmpty());
    assertThat(process.isAlive()).as("it runs; it said: %s", err()).isTrue();
    return this;
  }

  /** Where clients are accepted, as it printed. */
  public List<InetSocketAddress> addresses() {
    return addresses("proxy");
  }

  /** Where the admin interface is, as it printed. */
  public InetSocketAddress adminAddress() {
    return addresses("admin").getFirst();
  }

  private List<InetSocketAddress> addresses(String kind) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    Matcher line = ADDRESS.matcher(read(out) + read(err));
    while (line.find()) {
      if (line.group(1).equals(kind)) {
        addresses.add(
            new InetSocketAddress(
                InetAddress.ofLiteral(line.group(2)), Integer.parseInt(line.group(3))));
      }
    }
    return addresses;
  }

  /** A client connected to its first listener. */
  public RawClient client() throws IOException {
    return RawClient.connect(addresses().getFirst());
  }

  /** Sends it a signal: {@code TERM}, {@code INT} or {@code HUP}. */
  public void signal(String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-s", name, String.valueOf(process.pid())).inheritIO().start();
    assertThat(kill.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }

  /** Sends a signal twice without a pause in between. */
  public void signalTwice(String name) throws Exception {
    String pid = String.valueOf(process.pid());
    Process kill = new ProcessBuilder("kill", "-s", name, pid, pid).inheritIO().start();
    assertThat(kill.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }

  /** Sends a signal again and again, as somebody does who does not want to wait. */
  public void signalUntilItEnds(String name, Duration limit) {
    await("it ends")
        .atMost(limit)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              new ProcessBuilder("kill", "-s", name, String.valueOf(process.pid()))
                  .start()
                  .waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
              return !process.isAlive();
            });
  }

  /**
   * Whether it was started with a signal ignored, as a shell does with SIGINT for background jobs
   * and nohup with SIGHUP.
   *
   * @param number 1 for SIGHUP, 2 for SIGINT
   */
  public boolean ignores(int number) throws IOException {
    return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
        .anyMatch(ignored -> (ignored >> (number - 1) & 1) != 0);
  }

  /** How many of its threads have a name that begins so. */
  long threads(String name) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
      return tasks.filter(task -> read(task.resolve("comm")).startsWith(name)).count();
    }
  }

  /** How many descriptors it has open. */
  long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
      return open.count();
    }
  }

  /** How much of a processor it has used since its start. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end; the exit code. */
  public int exitWithin(Duration limit) throws InterruptedException {
    assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
        .as("it ends within %s; it said: %s", limit, err())
        .isTrue();
    return process.exitValue();
  }

  /** What it printed on standard error so far. */
  public String err() {
    return read(err);
  }

  /** What it printed on standard output so far. */
  public String out() {
    return read(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Kills it, and waits until it is gone. */
  public void kill() {
    process
        .destroyForcibly()
        .onExit()
        .orTimeout(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void close() {
    kill();
  }
}
