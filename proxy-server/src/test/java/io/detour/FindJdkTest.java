package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FindJdkTest {
  @Test
  @DisplayName("the launcher finds a JDK without HOME, as in a unit of systemd")
  void homeIsNotNeeded() throws Exception {
    ProcessBuilder find =
        new ProcessBuilder(Path.of("..", "bin", "find-jdk").toAbsolutePath().toString())
            .redirectErrorStream(true);
    find.environment().clear();
    find.environment()
        .putAll(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home")));
    Process found = find.start();

    assertThat(new String(found.getInputStream().readAllBytes(), UTF_8).strip())
        .isEqualTo(System.getProperty("java.home"));
    assertThat(found.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(found.exitValue()).isZero();
  }
}
