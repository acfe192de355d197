package io.detour.ops.demo;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class KeytoolTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void oneThatIsMissingIsNamed() {
    Path missing = folder.resolve("keytool");
    assertThatThrownBy(() -> DemoCertificate.issue(new Keytool(missing, LONG)))
        .isInstanceOf(IOException.class)
        .hasMessage("--demo: cannot run " + missing + ", which issues the demo's certificate");
  }

  @ParameterizedTest
  @CsvSource({
    "echo broken; echo pipe >&2; exit 1, broken pipe",
    "exit 3, exit code 3",
  })
  void oneThatFailsIsQuotedOnOneLine(String script, String said) {
    assertThatThrownBy(() -> DemoCertificate.issue(new Keytool(program(script), LONG)))
        .isInstanceOf(IOException.class)
        .hasMessage("--demo: keytool failed: " + said);
  }

  @Test
  void oneThatHangsIsNotWaitedForAndReadsNoInput() {
    assertThatThrownBy(
            () -> new Keytool(program("exec sleep 60"), Duration.ofSeconds(1)).run(List.of()))
        .isInstanceOf(IOException.class)
        .hasMessage("--demo: keytool took longer than 1 s");
    assertThatThrownBy(() -> new Keytool(program("cat; exit 1"), LONG).run(List.of()))
        .hasMessage("--demo: keytool failed: exit code 1");
  }

  @Test
  void thatOfThisJdkSaysWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> Keytool.ofThisJdk().run(List.of("-nonsense")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("--demo: keytool failed: ")
        .hasMessageContaining("-nonsense");
  }

  private Path program(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("keytool"), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
