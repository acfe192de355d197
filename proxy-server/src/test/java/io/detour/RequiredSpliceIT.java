package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code detour run} as a process that is to splice and cannot. */
@Tag("Q19")
@Timeout(90)
class RequiredSpliceIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String NO_NATIVE = "-Dio.netty.transport.noNative=true";
  private static final String NO_FOLDER = "-Dio.netty.native.workdir=/proc/nowhere";

  @TempDir private Path folder;

  @DisplayName("Q19 relay.mode: splice that cannot be had: exit 1, one sentence with key and cause")
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    NO_NATIVE
        + ", auto, 'relay.mode: splice needs epoll, and there is none (relay.mode: auto does"
        + " without): ', noNative=true",
    NO_FOLDER
        + ", auto, 'relay.mode: splice needs epoll, and there is none (relay.mode: auto does"
        + " without): ', /proc/nowhere",
    "-Dany=thing,     0,    'relay.mode: splice needs pipes', 'relay.pipes: auto or 1..'",
  })
  void itDoesNotStart(String option, String pipes, String sentence, String cause) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            listen: ["127.0.0.1:0"]
            admin: { listen: "127.0.0.1:0" }
            relay: { mode: splice, pipes: %s }
            """
                .formatted(pipes));
    Map<String, String> environment =
        Map.of("DETOUR_CONFIG", file.toString(), "JDK_JAVA_OPTIONS", option);

    try (DetourProcess detour = DetourProcess.start(folder, environment, "run")) {
      assertThat(detour.exitWithin(LONG)).isEqualTo(1);

      assertThat(detour.out()).isEmpty();
      assertThat(detour.err().lines().filter(line -> !line.startsWith("NOTE: Picked up")))
          .singleElement()
          .asString()
          .startsWith("detour: " + sentence)
          .contains(cause);
    }
  }
}
