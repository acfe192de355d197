package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipeLimitTest {
  private static final int PIPE_BYTES = 256 * 1024;

  @TempDir private Path proc;

  private int limit(String capabilities, String openFiles, String softPages) throws IOException {
    Files.createDirectories(proc.resolve("self"));
    Files.createDirectories(proc.resolve("sys/fs"));
    Files.writeString(proc.resolve("self/status"), "Name:\tjava\nCapEff:\t" + capabilities + "\n");
    Files.writeString(
        proc.resolve("self/limits"),
        "Limit            Soft Limit  Hard Limit  Units\nMax open files   "
            + openFiles
            + "  524288  files\n");
    Files.writeString(proc.resolve("sys/fs/pipe-user-pages-soft"), softPages + "\n");
    return PipeLimit.automatic(proc, PIPE_BYTES);
  }

  @Tag("S03")
  @ParameterizedTest(name = "CapEff {0}, {1} descriptors, {2} pages: {3} pipes")
  @CsvSource({
    "0000000000000000, 20000,     16384, 256",
    "0000000000000000, 1000,      16384, 125",
    "0000000000000000, 20000,     0,     2500",
    "000001ffffffffff, 20000,     16384, 2500",
    "0000000001000000, 20000,     16384, 2500",
    "0000000000200000, 20000,     16384, 2500",
    "0000000000000400, 20000,     16384, 256",
    "0000000000000000, unlimited, 16384, 256",
  })
  void theRationCountsForAnOrdinaryUserAndDescriptorsForAll(
      String capabilities, String openFiles, String softPages, int pipes) throws IOException {
    assertThat(limit(capabilities, openFiles, softPages)).isEqualTo(pipes);
  }

  @Test
  void withoutTheFilesNothingIsSpliced() {
    assertThat(PipeLimit.automatic(proc.resolve("none"), PIPE_BYTES)).isZero();
  }
}
