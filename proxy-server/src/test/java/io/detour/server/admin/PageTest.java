package io.detour.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.server.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page in Chromium, with its files and its policy as they are served and with made-up data. A
 * program for Node drives the browser; each of its lines is the outcome of one test.
 */
class PageTest {
  private static final Logger LOG = LoggerFactory.getLogger(PageTest.class);

  private static final Path PACKAGES = Path.of("target", "node", "node_modules");
  private static final Path PROGRAM = Path.of("src", "test", "node", "page", "check.mjs");
  private static final int DEADLINE_SECONDS = 240;

  private static final String PASSED = "ok ";
  private static final String FAILED = "not ok ";
  private static final String MEASURED = "measured ";

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> thePageInChromium() throws Exception {
    List<String> outcomes = outcomes();
    outcomes.stream().filter(line -> line.startsWith(MEASURED)).forEach(LOG::info);
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

  private List<String> outcomes() throws Exception {
    assumeTrue(
        Files.isDirectory(PACKAGES.resolve("playwright-core"))
            && Files.isDirectory(PACKAGES.resolve("axe-core")),
        "playwright-core and axe-core are not installed (npm ci in proxy-server/target/node, as"
            + " .ci/run does); skipped");
    Tool.ofPackage("chromium", "chromium");
    Path output = folder.resolve("outcomes");
    Process node =
        Tool.ofPackage("node", "nodejs")
            .start(
                output,
                PROGRAM.toString(),
                "--packages=" + PACKAGES,
                "--files=" + servedFiles(),
                "--policy=" + PageAssets.POLICY);
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

  /** The files in the way in which the admin interface gives them out. */
  private Path servedFiles() throws IOException {
    PageAssets assets = PageAssets.load();
    Path files = Files.createDirectory(folder.resolve("files"));
    Files.write(files.resolve("index.html"), assets.page().body());
    for (Map.Entry<String, Answer> file : assets.files().entrySet()) {
      String name = file.getKey().substring(PageAssets.FOLDER.length());
      Files.write(files.resolve(name), file.getValue().body());
    }
    return files;
  }
}
