package io.detour.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
  @TempDir private Path folder;

  @Test
  void itIsEqualAsLongAsNothingChanges() throws IOException {
    Path file = write("rules.yaml", "a");

    assertThat(of(file)).isEqualTo(of(file)).hasSameHashCodeAs(of(file));
    Files.readString(file);
    write("other.yaml", "b");
    assertThat(of(file)).isEqualTo(of(file));
  }

  @Test
  void aWriteIsSeenAlsoIfTheSizeAndTheTimeOfTheFileStayTheSame() throws IOException {
    Path file = write("rules.yaml", "a");
    FileTime time = Files.getLastModifiedTime(file);
    Fingerprint before = of(file);
    awaitNextTick(before);

    write("rules.yaml", "b");
    Files.setLastModifiedTime(file, time);

    assertThat(of(file)).isNotEqualTo(before);
  }

  @Test
  @Tag("R04")
  void aRenameOverTheFileIsSeenAlsoIfItLooksTheSame() throws IOException {
    Path file = write("rules.yaml", "a");
    Path other = write("rules.yaml.new", "b");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Fingerprint before = of(file);

    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

    assertThat(of(file)).isNotEqualTo(before);
  }

  @Test
  @Tag("R04")
  void aLinkOnTheWayThatIsPointedElsewhereIsSeen() throws IOException {
    Path one = Files.createDirectory(folder.resolve("..one"));
    Path two = Files.createDirectory(folder.resolve("..two"));
    Files.writeString(one.resolve("rules.yaml"), "a");
    Files.writeString(two.resolve("rules.yaml"), "b");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..one"));
    Path file =
        Files.createSymbolicLink(folder.resolve("rules.yaml"), Path.of("..data", "rules.yaml"));
    Fingerprint before = of(file);
    Fingerprint folderBefore = of(folder);

    Path flipped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..two"));
    Files.move(flipped, data, StandardCopyOption.ATOMIC_MOVE);

    assertThat(of(file)).isNotEqualTo(before);
    assertThat(of(folder)).isNotEqualTo(folderBefore);
  }

  @ParameterizedTest(name = "{0} in the folder is seen")
  @ValueSource(strings = {"b.yaml", "b.yml", "b.json"})
  void aFileOfRulesThatComesIntoTheFolderIsSeen(String name) throws IOException {
    write("a.yaml", "a");
    Fingerprint before = of(folder);

    write(name, "b");

    assertThat(of(folder)).isNotEqualTo(before);
  }

  @ParameterizedTest(name = "{0} in the folder is nothing")
  @ValueSource(strings = {".b.yaml", ".a.yaml.swp", "a.yaml~", "README.md", "4913"})
  void whatAnEditorLeavesInTheFolderIsNothing(String name) throws IOException {
    write("a.yaml", "a");
    Fingerprint before = of(folder);

    write(name, "b");

    assertThat(of(folder)).isEqualTo(before);
  }

  @Test
  void aLinkBackToTheFolderIsNoFileOfIt() throws IOException {
    for (String name : List.of("up.yaml", "again.yaml", "more.yaml")) {
      Files.createSymbolicLink(folder.resolve(name), folder);
    }

    assertThat(of(folder)).isEqualTo(of(folder));
  }

  @Test
  void aChangeAndARemovalInTheFolderAreSeen() throws IOException {
    write("a.yaml", "a");
    Path file = write("b.yaml", "b");
    Fingerprint before = of(folder);

    write("b.yaml", "more");
    assertThat(of(folder)).isNotEqualTo(before);
    Files.delete(file);
    assertThat(of(folder)).isNotEqualTo(before);
    assertThat(of(folder).vanishedSince(before)).isEmpty();
  }

  @Test
  void whatIsGoneIsNamed() throws IOException {
    Path file = write("rules.yaml", "a");
    Path never = folder.resolve("never.yaml");
    Path inner = Files.createDirectory(folder.resolve("rules.d"));
    Fingerprint before = of(file, never, inner);

    Files.delete(file);
    Files.delete(inner);

    assertThat(of(file, never, inner)).isNotEqualTo(before);
    assertThat(of(file, never, inner).vanishedSince(before)).containsExactly(file, inner);
  }

  @Test
  void aFolderThatTurnsEmptyIsGoneAndOneWithAFileLessIsNot() throws IOException {
    Path one = write("a.yaml", "a");
    Path two = write("b.yaml", "b");
    Fingerprint before = of(folder);

    Files.delete(one);
    assertThat(of(folder).vanishedSince(before)).isEmpty();
    Files.delete(two);
    assertThat(of(folder).vanishedSince(before)).containsExactly(folder);
    assertThat(of(folder).vanishedSince(of(folder))).isEmpty();
  }

  @Test
  void theLatestChangeOfAllFilesCounts() throws IOException {
    assertThat(of(folder.resolve("none")).lastChangeNanos()).isZero();
    write("a.yaml", "a");
    Fingerprint before = of(folder);
    awaitNextTick(before);
    write("b.yaml", "b");

    assertThat(of(folder).lastChangeNanos()).isGreaterThan(before.lastChangeNanos());
  }

  /** File systems stamp with the time of the kernel's last tick. */
  private void awaitNextTick(Fingerprint before) throws IOException {
    long deadline = System.nanoTime() + 5_000_000_000L;
    Path probe = folder.resolve("probe.tmp");
    do {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Files.writeString(probe, "x");
    } while (of(probe).lastChangeNanos() <= before.lastChangeNanos());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Fingerprint of(Path... paths) {
    return Fingerprint.of(List.of(paths));
  }
}
