package io.detour.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page in Chromium. A program for Node drives the browser; each of its lines is the outcome of
 * one test.
 */
public final class PageCheck {
  private static final Logger logger = LoggerFactory.getLogger(PageCheck.class);

  private static final Path PACKAGES = Path.of("target", "node", "node_modules");
  private static final Path PROGRAM = Path.of("src", "test", "node", "page", "check.mjs");
  private static final int DEADLINE_SECONDS = 480;

  private static final String PASSED = "ok ";
  private static final String FAILED = "not ok ";
  private static final String MEASURED = "measured ";

  private PageCheck() {}

  /**
   * Looks at the page, unless something for it is missing.
   *
   * @param folder for what the program prints
   * @param arguments what is looked at
   */
  public static Stream<DynamicTest> tests(Path folder, String... arguments) throws Exception {
    List<String> outcomes = outcomes(folder, arguments);
    outcomes.stream().filter(line -> line.startsWith(MEASURED)).forEach(logger::info);
    assertThat(outcomes).anyMatch(line -> line.startsWith(PASSED));
    return outcomes.stream()
        .filter(line -> !line.startsWith(MEASURED))
        .map(
            line -> DynamicTest.dynamicTest(name(line), () -> assertThat(line).startsWith(PASSED)));
  }

  private static String name(String line) {
    String fact = line.substring(line.startsWith(FAILED) ? FAILED.length() : PASSED.length());
    return fact.lines().findFirst().orElseThrow();
  }

  private static List<String> outcomes(Path folder, String... arguments) throws Exception {
    assumeTrue(
        Files.isDirectory(PACKAGES.resolve("playwright-core"))
            && Files.isDirectory(PACKAGES.resolve("axe-core")),
        "playwright-core and axe-core are not installed (npm ci in proxy-server/target/node, as"
            + " .ci/run does); skipped");
    Tool.ofPackage("chromium", "chromium");
    Path output = folder.resolve("outcomes");
    List<String> all = new ArrayList<>(List.of(PROGRAM.toString(), "--packages=" + PACKAGES));
    all.addAll(List.of(arguments));
    Process node = Tool.ofPackage("node", "nodejs").start(output, all.toArray(String[]::new));
    try {
      assertThat(node.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).as("the program ends").isTrue();
    } finally {
      node.destroy();
    }
    String printed = Files.readString(output);
    List<String> outcomes = List.of(printed.strip().split("\n(?! )", -1));
    assertThat(outcomes)
        .as("what the program printed")
        .allMatch(
            line ->
                line.startsWith(PASSED) || line.startsWith(FAILED) || line.startsWith(MEASURED));
    return outcomes;
  }
}
