package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R03: what is written to use up time or memory is refused within a second, by a process that has
 * just started and has a heap of 64 MiB. The time is that of its thread, which other processes do
 * not change.
 */
class HostileDocumentTest {
  private static final int MAX_MILLIS = 1000;
  private static final int DEADLINE_SECONDS = 60;

  @TempDir private Path folder;

  @ParameterizedTest(name = "R03: {2}")
  @MethodSource
  void isRefusedFastAndSmall(String name, String text, String problem) throws Exception {
    assertRefused(Files.writeString(folder.resolve(name), text), problem);
  }

  static Stream<Arguments> isRefusedFastAndSmall() {
    String lists =
        lines(
            30, i -> "a%1$d: &a%1$d %2$s\n".formatted(i, i == 0 ? "x" : tenTimes("*a" + (i - 1))));
    String merges =
        lines(
            30,
            i ->
                i == 0
                    ? "a0: &a0 { k0: 0 }\n"
                    : "a%1$d: &a%1$d { <<: %2$s, k%1$d: 1 }\n"
                        .formatted(i, tenTimes("*a" + (i - 1))));
    return Stream.of(
        Arguments.of("lists.yaml", lists, ":6:45: aliases stand for more than 100070 values"),
        Arguments.of("merges.yaml", merges, ": aliases stand for more than "),
        Arguments.of("flow.yaml", "a: " + "[".repeat(1000), ":1:68: nested deeper than 64"),
        Arguments.of(
            "block.yaml",
            lines(1000, i -> " ".repeat(i) + "a:\n"),
            ":66:66: nested deeper than 64 levels"),
        Arguments.of("dashes.yaml", "- ".repeat(1000), ":1:131: nested deeper than 64 levels"),
        Arguments.of("a.json", "[".repeat(1000), ":1:66: nested deeper than 64 levels"),
        Arguments.of(
            "tags.yaml",
            "a: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader []]\n",
            ":1:4: YAML tags (!name) are not allowed"),
        Arguments.of(
            "word.yaml",
            "a: " + "x".repeat(Document.MAX_BYTES - 4),
            ":1:4: a word or a line is longer than 65536 characters"),
        Arguments.of(
            "comment.yaml",
            "a: b #" + "x".repeat(Document.MAX_BYTES - 8),
            ":1:7: a word or a line is longer than 65536 characters"),
        Arguments.of(
            "unknown.yaml",
            "x-a:\n"
                + lines(8000, i -> "- &anchor%d x\n".formatted(i))
                + lines(8000, i -> "- *ankor%d\n".formatted(i)),
            ":8002:3: alias *ankor0 has no anchor &ankor0 above it"),
        Arguments.of("bytes.yaml", "a: \u0000", ":1:4: character U+0000 is not allowed"));
  }

  @ParameterizedTest(name = "R03: {0} of 100 MB is refused")
  @MethodSource("largeNames")
  void aLargeFileIsRefusedFastAndSmall(String name) throws Exception {
    Path file = folder.resolve(name);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(100_000_000);
    }

    assertRefused(file, ": is larger than 16 MiB");
  }

  static List<String> largeNames() {
    return List.of("large.yaml", "large.json");
  }

  private static void assertRefused(Path file, String problem) throws Exception {
    List<String> output = read(file);

    assertThat(output).hasSizeGreaterThanOrEqualTo(2);
    assertThat(Integer.parseInt(output.getFirst())).isLessThan(MAX_MILLIS);
    assertThat(output.get(1)).startsWith(file.toString()).contains(problem);
  }

  /** What another process prints that reads a file: how long it took, and the problems. */
  private static List<String> read(Path file) throws IOException, InterruptedException {
    Path output = Files.createTempFile(file.getParent(), "output", ".txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      List<String> lines = Files.readAllLines(output);
      assertThat(process.exitValue()).as(() -> String.join("\n", lines)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining());
  }

  private static String tenTimes(String item) {
    return IntStream.range(0, 10).mapToObj(i -> item).collect(Collectors.joining(", ", "[", "]"));
  }

  /** The process that reads. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Problems problems = new Problems(arguments[0]);
      long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      Document document = Document.load(Path.of(arguments[0]), problems);
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.println(TimeUnit.NANOSECONDS.toMillis(nanos));
      problems.inOrder().forEach(out::println);
      out.println(document == null ? "no tree" : "a tree");
    }
  }
}
