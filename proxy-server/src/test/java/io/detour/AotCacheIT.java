package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The AOT cache that the build makes for the JVM, and with which Detour starts. */
@Timeout(60)
class AotCacheIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Path FIND_JDK = Path.of("..", "bin", "find-jdk");

  @TempDir private Path folder;

  @Test
  @DisplayName("The JVM takes the cache of the build")
  void itFits() throws Exception {
    assumeTrue(isMadeByThisJdk(), "bin/find-jdk finds another JDK than this one");
    try (DetourProcess detour = versionWith("-XX:AOTMode=on")) {
      assertThat(detour.exitWithin(LONG)).as("exit code; it said: %s", detour.err()).isZero();
      assertThat(detour.out()).startsWith("Detour ");
    }
  }

  @ParameterizedTest(name = "{0}: a cache that does not fit is not used, and nothing is said of it")
  @ValueSource(
      strings = {
        "-XX:AOTCache=broken.aot",
        "-XX:AOTCache=none.aot",
        "-XX:-UseCompactObjectHeaders"
      })
  void anotherIsIgnored(String option) throws Exception {
    Files.writeString(folder.resolve("broken.aot"), "no cache");
    try (DetourProcess strict = versionWith(option, "-XX:AOTMode=on");
        DetourProcess detour = versionWith(option);
        DetourProcess asked = versionWith(option, "-Xlog:aot:stderr")) {
      assertThat(strict.exitWithin(LONG)).isNotZero();
      assertThat(detour.exitWithin(LONG)).isZero();
      assertThat(detour.out()).startsWith("Detour ");
      assertThat(detour.err()).isEmpty();
      assertThat(asked.exitWithin(LONG)).isZero();
      assertThat(asked.out()).startsWith("Detour ");
      assertThat(asked.err()).isNotEmpty();
    }
  }

  private static boolean isMadeByThisJdk() throws Exception {
    Process process = new ProcessBuilder(FIND_JDK.toString()).start();
    String home = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return process.waitFor() == 0
        && Path.of(home).toRealPath().equals(Path.of(System.getProperty("java.home")).toRealPath());
  }

  private DetourProcess versionWith(String... options) throws Exception {
    List<String> command = new ArrayList<>(DetourProcess.command("--version"));
    command.addAll(command.indexOf("-jar"), List.of(options));
    return DetourProcess.start(folder, Map.of(), command);
  }
}
