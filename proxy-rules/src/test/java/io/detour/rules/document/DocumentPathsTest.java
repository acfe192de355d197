package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentPathsTest {
  @TempDir private Path folder;

  @Test
  void aFolderStandsForItsFilesInTheOrderOfTheirNames() throws IOException {
    for (String name : List.of("b.yml", "a.json", "10.yaml", "9.yaml", "c.txt", "d.yaml~", "e")) {
      file(name);
    }

    assertThat(files(folder)).containsExactly("10.yaml", "9.yaml", "a.json", "b.yml");
  }

  @Test
  void hiddenFilesAndFoldersInTheFolderAreLeftAlone() throws IOException {
    file(".hidden.yaml");
    Files.createDirectory(folder.resolve("sub.yaml"));
    Files.writeString(folder.resolve("sub.yaml/inner.yaml"), "");

    assertThat(files(folder)).isEmpty();
  }

  @Test
  void theLinksOfAConfigMapAreFollowed() throws IOException {
    Path version = Files.createDirectory(folder.resolve("..2026_11_21"));
    Files.writeString(version.resolve("rules.yaml"), "");
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_21"));
    Files.createSymbolicLink(folder.resolve("rules.yaml"), Path.of("..data/rules.yaml"));

    assertThat(files(folder)).containsExactly("rules.yaml");
  }

  @Test
  void filesAndFoldersKeepTheirOrder() throws IOException {
    Path rules = Files.createDirectory(folder.resolve("rules.d"));
    Files.writeString(rules.resolve("b.yaml"), "");
    Path last = file("a.yaml");
    Path named = file("named.conf");

    assertThat(files(named, rules, last)).containsExactly("named.conf", "b.yaml", "a.yaml");
  }

  @Test
  void anEmptyFolderStandsForNothing() {
    assertThat(DocumentPaths.of(List.of(folder)))
        .isEqualTo(new DocumentPaths(List.of(), List.of()));
    assertThat(DocumentPaths.of(List.of())).isEqualTo(new DocumentPaths(List.of(), List.of()));
  }

  @Test
  void whatIsNotThereIsAProblem() throws IOException {
    Path missing = folder.resolve("none.yaml");
    Path dangling = Files.createSymbolicLink(folder.resolve("link.yaml"), missing);

    assertThat(problems(missing, folder))
        .containsExactly(
            missing + ": cannot be read: there is no such file",
            dangling + ": cannot be read: there is no such file");
  }

  @Test
  void aFileWhoseTargetCannotBeJudgedIsAProblemAndNotPassedOver() throws IOException {
    Path loop = Files.createSymbolicLink(folder.resolve("loop.yaml"), Path.of("loop.yaml"));

    assertThat(problems(folder))
        .singleElement()
        .asString()
        .startsWith(loop + ": cannot be read: Too many levels of symbolic links");
  }

  @Test
  void aLinkBehindAFolderWithoutPermissionIsAProblem() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Path link = Files.createSymbolicLink(folder.resolve("a.yaml"), closed.resolve("a.yaml"));
    Files.writeString(closed.resolve("a.yaml"), "");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(closed), "this user (root) may read everything");

    assertThat(problems(folder)).containsExactly(link + ": cannot be read: access is denied");
  }

  @Test
  void whatIsNoFileIsLeftToTheReaderToRefuse() throws Exception {
    Path pipe = folder.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThat(files(folder)).containsExactly("pipe.yaml");
    Problems problems = new Problems(pipe.toString());
    assertThat(Document.load(pipe, problems)).isNull();
    assertThat(problems.inOrder())
        .extracting(Problem::message)
        .containsExactly("cannot be read: it is a device or a pipe (expected: a file)");
  }

  @Test
  void theSameFileTwiceIsAProblem() throws IOException {
    Path file = file("a.yaml");
    Path link = Files.createSymbolicLink(folder.resolve("b.yaml"), file);

    assertThat(problems(folder, file))
        .containsExactly(
            link + ": is read twice (the first time as " + file + ")",
            file + ": is read twice (the first time as " + file + ")");
    assertThat(files(folder.resolve("../" + folder.getFileName()))).containsExactly("a.yaml");
  }

  @Test
  void aFolderWithoutPermissionIsAProblem() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(closed), "this user (root) may read everything");

    assertThat(problems(closed)).containsExactly(closed + ": cannot be read: access is denied");
  }

  private Path file(String name) throws IOException {
    return Files.writeString(folder.resolve(name), "");
  }

  private static List<String> files(Path... named) {
    return DocumentPaths.of(Arrays.asList(named)).files().stream()
        .map(file -> file.getFileName().toString())
        .toList();
  }

  private static List<String> problems(Path... named) {
    return DocumentPaths.of(Arrays.asList(named)).problems().stream()
        .map(Problem::toString)
        .toList();
  }
}
