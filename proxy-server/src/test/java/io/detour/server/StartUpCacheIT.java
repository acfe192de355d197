package io.detour.server;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The cache that the build makes for the JVM, and that starts of Detour are to use. */
@Timeout(60)
class StartUpCacheIT {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  @DisplayName("The JVM takes the cache of the build")
  void itFits() throws Exception {
    try (DetourProcess detour = versionWith("-XX:AOTMode=on")) {
      assertThat(detour.exitWithin(LONG)).isZero();
      assertThat(detour.out()).startsWith("Detour ");
    }
  }

  @Test
  @DisplayName("A cache that does not fit is not used, and nothing is said of it")
  void anotherIsIgnored() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.aot"), "no cache");
    try (DetourProcess strict = versionWith("-XX:AOTCache=" + broken, "-XX:AOTMode=on");
        DetourProcess detour = versionWith("-XX:AOTCache=" + broken)) {
      assertThat(strict.exitWithin(LONG)).isNotZero();
      assertThat(detour.exitWithin(LONG)).isZero();
      assertThat(detour.out()).startsWith("Detour ");
      assertThat(detour.err()).isEmpty();
    }
  }

  private DetourProcess versionWith(String... options) throws Exception {
    List<String> command = new ArrayList<>(DetourProcess.command("--version"));
    command.addAll(command.indexOf("-jar"), List.of(options));
    return DetourProcess.start(folder, Map.of(), command);
  }
}
