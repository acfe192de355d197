package io.detour.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("Q19")
class NativeLibrariesTest {
  private static final String NETTY = "io.netty.native.workdir";
  private static final String SQLITE = "org.sqlite.tmpdir";

  /** Nobody can make a file there, not even root. */
  private static final String READ_ONLY = "/proc/self";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private static Properties chosen(String temporary, Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty("java.io.tmpdir", temporary);
    NativeLibraries.choose(environment, properties);
    return properties;
  }

  @Test
  void theFolderForTemporaryFilesIsTakenIfItCanHoldCode() throws Exception {
    Properties properties =
        chosen(folder.toString(), Map.of("STATE_DIRECTORY", folder.resolve("state").toString()));

    assertThat(properties).doesNotContainKeys(NETTY, SQLITE);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATE_DIRECTORY", "CACHE_DIRECTORY", "RUNTIME_DIRECTORY"})
  void ifItIsReadOnlyAFolderOfTheServiceIs(String variable) throws Exception {
    Path own = folder.resolve("own");
    Properties properties =
        chosen(READ_ONLY, Map.of(variable, own + ":/other", "HOME", folder.toString()));

    assertThat(properties).containsEntry(NETTY, own.toString());
    assertThat(properties).containsEntry(SQLITE, own.toString());
    assertThat(own).isEmptyDirectory();
  }

  @Test
  void orOneOfTheUser() {
    Path usual = folder.resolve(".local/state/detour");
    Path state = folder.resolve("state/detour");

    assertThat(chosen(READ_ONLY, Map.of("HOME", folder.toString())))
        .containsEntry(NETTY, usual.toString());
    assertThat(
            chosen(
                READ_ONLY,
                Map.of(
                    "STATE_DIRECTORY",
                    READ_ONLY,
                    "XDG_STATE_HOME",
                    folder.resolve("state").toString(),
                    "HOME",
                    folder.toString())))
        .containsEntry(NETTY, state.toString());
  }

  @Test
  void whatAPropertySaysStays() {
    Properties properties = new Properties();
    properties.setProperty("java.io.tmpdir", READ_ONLY);
    properties.setProperty(NETTY, "/mine");
    NativeLibraries.choose(Map.of("HOME", folder.toString()), properties);

    assertThat(properties).containsEntry(NETTY, "/mine");
  }

  @Test
  void withoutAnyFolderNothingIsChosen() {
    assertThat(chosen(READ_ONLY, Map.of("STATE_DIRECTORY", "", "HOME", "relative")))
        .doesNotContainKeys(NETTY, SQLITE);
  }

  @Test
  void aMountWithoutExecutionIsNoUse() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount; skipped");
    Path mounted = Files.createDirectory(folder.resolve("noexec"));
    Tool.Ended mount =
        Tool.ofPackage("mount", "mount")
            .end(folder, "-t", "tmpfs", "-o", "noexec,size=1m", "tmpfs", mounted.toString());
    assumeTrue(mount.status() == 0, "a tmpfs cannot be mounted here; skipped");
    try {
      String own = folder.resolve("own").toString();
      assertThat(chosen(mounted.toString(), Map.of("STATE_DIRECTORY", own)))
          .containsEntry(NETTY, own);
    } finally {
      Tool.ofPackage("umount", "mount").run(folder, mounted.toString());
    }
  }
}
