package io.detour.server.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.rules.document.RegularFile;
import io.detour.server.access.UserFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What has a path and is no file is refused, and is not waited for. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpecialFilesTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path pipe;

  @BeforeEach
  void makePipe() throws Exception {
    pipe = folder.resolve("pipe");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(mkfifo.exitValue()).isZero();
  }

  @Test
  void aPipeADeviceAndAFolderAreNoFiles() {
    assertRefused(pipe, "it is a device or a pipe (expected: a file)");
    assertRefused(Path.of("/dev/zero"), "it is a device or a pipe (expected: a file)");
    assertRefused(folder, "it is a folder (expected: a file)");
    assertRefused(folder.resolve("none"), "there is no such file");
  }

  private static void assertRefused(Path path, String reason) {
    assertThatThrownBy(() -> RegularFile.read(path, 10))
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(RegularFile.reason(e)).isEqualTo(reason));
  }

  @Test
  void aLinkToAFileIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    assertThat(RegularFile.read(link, 10)).hasSize(10);
    assertThat(RegularFile.read(link, 9)).hasSize(10);
    assertThat(RegularFile.read(link, 3)).hasSize(4);
  }

  @Test
  @DisplayName("users in a pipe are refused at once")
  void usersInAPipe() {
    assertThat(UserFile.load(pipe))
        .isInstanceOfSatisfying(
            UserFile.Rejected.class,
            rejected ->
                assertThat(rejected.problems())
                    .singleElement()
                    .hasToString(
                        pipe + ": cannot be read: it is a device or a pipe (expected: a file)"));
  }
}
