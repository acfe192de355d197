package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code detour run} as a process that may have few threads ({@code RLIMIT_NPROC}). That counts all
 * threads of a user, and not for root, who starts these as a user that has no others.
 */
@Timeout(180)
class ThreadLimitIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int FIRST_USER = 40_000;
  private static final int USERS = 20_000;

  /** What all may read, and this user may write to. */
  @TempDir private static Path folder;

  @BeforeAll
  static void copyForOthers() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can be another; skipped");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path libraries = Files.createDirectory(folder.resolve("lib"));
    Files.copy(Path.of("target", "detour.jar"), folder.resolve("detour.jar"));
    try (Stream<Path> all = Files.list(Path.of("target", "lib"))) {
      for (Path each : all.toList()) {
        Files.copy(each, libraries.resolve(each.getFileName()));
      }
    }
    Files.copy(Path.of("..", "bin", "jvm.options"), folder.resolve("jvm.options"));
  }

  @DisplayName("however many threads there may be, a start ends in a server or in an exit")
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1, 6, 12, 17, 19, 22, 26, 30, 34, 2_000})
  void aStartEndsEitherWay(int threads) throws Exception {
    try (DetourProcess detour = DetourProcess.start(folder, Map.of(), command(threads))) {
      await("it listens or ends")
          .atMost(LONG)
          .until(() -> !detour.isAlive() || detour.out().contains(" is ready"));

      if (detour.isAlive()) {
        try (RawClient client = detour.client()) {
          client.send("GET / HTTP/1.1\r\n\r\n");
          assertThat(client.head().status()).isEqualTo(400);
        }
        detour.signal("TERM");
        assertThat(detour.exitWithin(LONG)).isZero();
      } else {
        assertThat(threads).isLessThan(2_000);
        assertThat(detour.exitWithin(LONG)).isEqualTo(1);
        assertThat(detour.err()).containsPattern("(?m)^(detour: |Error |.*Failed to )");
        assertThat(detour.out()).isEmpty();
      }
    }
  }

  private static List<String> command(int threads) {
    int user = FIRST_USER + (int) (ProcessHandle.current().pid() % USERS);
    List<String> command = new ArrayList<>(List.of("prlimit", "--nproc=" + threads));
    command.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
    command.add("--inh-caps=-all");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + folder.resolve("jvm.options"));
    command.addAll(List.of("-jar", folder.resolve("detour.jar").toString(), "run"));
    command.addAll(List.of("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"));
    return command;
  }
}
