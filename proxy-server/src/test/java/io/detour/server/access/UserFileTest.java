package io.detour.server.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import io.detour.rules.document.Problem;
import io.detour.server.access.UserFile.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserFileTest {
  private static final String BCRYPT =
      "$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2";
  private static final String SHA_256 =
      "$5$1NU/pk/QBdGBX4GS$dDvW6At45BZDvmdRACVYKdFgnQiz0RoLM532eh1UXB9";
  private static final String SHA_512 =
      "$6$x2rrzNEaMjDwzokN$3ugKUVuNd658JPHmoIl9TJD05Gaj.HwqwTTA1/PAJX9XyM3UZHNMNGgcIK2X4HxoIMrzAoCn"
          + "W.bSr7iM8sOS//";
  private static final String EXPECTED =
      " (expected: bcrypt or SHA-2; make the entry with htpasswd -B FILE USER)";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {BCRYPT, SHA_256, SHA_512})
  void eachKindOfHashKnowsItsPassword(String hash) throws IOException {
    PasswordHash read = hash(users("u:" + hash + "\n"), "u");

    assertThat(read.matches("p".getBytes(UTF_8))).isTrue();
    assertThat(read.matches("P".getBytes(UTF_8))).isFalse();
    assertThat(read.matches(new byte[0])).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"$2a$", "$2b$"})
  void theOtherNamesOfBcryptMeanTheSame(String prefix) throws IOException {
    assertThat(hash(users("u:" + BCRYPT.replace("$2y$", prefix)), "u").matches("p".getBytes(UTF_8)))
        .isTrue();
  }

  @Test
  void commentsEmptyLinesAndWindowsLineEndsAreNoUsers() throws IOException {
    Users users = users("# users\r\n\r\nalice:" + BCRYPT + "\r\n   \nbøb:" + SHA_256);

    assertThat(users.count()).isEqualTo(2);
    assertThat(users.hash("alice")).isNotNull();
    assertThat(users.hash("bøb")).isNotNull();
    assertThat(users.hash("ALICE")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alice                | 1:1: a colon is missing (expected: USER:HASH)",
        ":x                   | 1:1: the user's name is empty, too long or has a character that"
            + " cannot be shown (expected: 1 to 255 bytes)",
        "alice:secret         | 1:7: this is no hash of a known kind, maybe the password itself",
        "alice:               | 1:7: this is no hash of a known kind, maybe the password itself",
        "é😀:secret           | 1:4: this is no hash of a known kind, maybe the password itself",
        "u:{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k= | 1:3: a SHA-1 hash without salt is quickly broken",
        "u:$apr1$NB8B9qW3$DBddsBfPikz.MbZSkGqKP/ | 1:3: an MD5 hash is quickly broken",
        "u:$1$NB8B9qW3$DBddsBfPikz.MbZSkGqKP/ | 1:3: an MD5 hash is quickly broken",
        "u:ShiSG5lGx6rcA      | 1:3: this is a DES hash, of which only 8 characters count, or no"
            + " hash",
        "u:$2y$05$bF/3nJKD    | 1:3: this is only a part of a hash",
        "u:$5$1NU/pk/QBdGBX4GS$dDvW6At | 1:3: this is only a part of a hash",
        "u:$2x$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2 | 1:3: this is only a part"
            + " of a hash",
      })
  void whatIsNoGoodHashIsRefused(String line, String problem) throws IOException {
    String expected = problem.contains("expected") ? "" : EXPECTED;

    assertThat(problems(line + "\n")).containsExactly(file() + ":" + problem + expected);
  }

  @Test
  void aCostThatWouldHoldUpEverybodyIsRefused() throws IOException {
    assertThat(problems("u:" + BCRYPT.replace("$05$", "$16$")))
        .containsExactly(file() + ":1:3: bcrypt cost: 16 (expected: 4..15)");
    assertThat(problems("u:" + BCRYPT.replace("$05$", "$03$")))
        .containsExactly(file() + ":1:3: bcrypt cost: 3 (expected: 4..15)");
    assertThat(problems("u:" + SHA_256.replace("$5$", "$5$rounds=1000001$")))
        .containsExactly(file() + ":1:3: rounds: 1000001 (expected: 1000..1000000)");
    assertThat(problems("u:" + SHA_512.replace("$6$", "$6$rounds=999$")))
        .containsExactly(file() + ":1:3: rounds: 999 (expected: 1000..1000000)");
  }

  @Test
  void everyProblemIsReportedAndNoneShowsAnEntry() throws IOException {
    assertThat(
            problems(
                "secret1\nu:" + BCRYPT + "\nu:" + SHA_256 + "\nv:secret2\n" + "x".repeat(1025)))
        .containsExactly(
            file() + ":1:1: a colon is missing (expected: USER:HASH)",
            file() + ":3:1: the same user as in line 2",
            file() + ":4:3: this is no hash of a known kind, maybe the password itself" + EXPECTED,
            file() + ":5:1: the line is longer than 1024 characters")
        .allSatisfy(problem -> assertThat(problem).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nobody\n"})
  void aFileWithoutUsersIsRefused(String text) throws IOException {
    assertThat(problems(text))
        .containsExactly(
            file() + ": has no user (expected: at least one; htpasswd -B FILE USER adds one)");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    assertThat(rejected(UserFile.load(file()))).containsExactly(file() + ": there is no such file");
    assertThat(rejected(UserFile.load(folder)))
        .singleElement()
        .asString()
        .startsWith(folder + ": cannot be read: ");
    Files.write(file(), ("é:" + BCRYPT).getBytes(ISO_8859_1));
    assertThat(rejected(UserFile.load(file()))).containsExactly(file() + ": is not UTF-8");
  }

  @Test
  void theDecoyHasTheCostThatMostHave() throws IOException {
    Users users =
        users(
            "a:%s\nb:%s\nc:%s\nd:%s\n"
                .formatted(SHA_256, BCRYPT, BCRYPT.replace("$05$", "$06$"), BCRYPT));

    assertThat(users.decoy().kind()).isEqualTo(PasswordHash.Kind.BCRYPT);
    assertThat(users.decoy().cost()).isEqualTo(5);
  }

  @Test
  void noTextShowsAHash() throws IOException {
    Users users = users("alice:" + BCRYPT);

    assertThat(users.toString() + users.decoy()).doesNotContain("alice").doesNotContain("$2y$");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-B", "-2", "-5"})
  void whatHtpasswdWritesIsRead(String kind) throws Exception {
    Tool htpasswd = Tool.ofPackage("htpasswd", "apache2-utils");
    for (String password : List.of("p", "gr\u00fc\u00dfe an alle", "x".repeat(80))) {
      String printed = htpasswd.run(folder, "-nb", kind, "alice", password);

      PasswordHash hash = hash(users(printed), "alice");
      assertThat(hash.matches(password.getBytes(UTF_8))).as(kind + password).isTrue();
      assertThat(hash.matches(('y' + password).getBytes(UTF_8))).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-m", "-s", "-d"})
  void whatHtpasswdWritesWeaklyIsRefused(String kind) throws Exception {
    String printed =
        Tool.ofPackage("htpasswd", "apache2-utils").run(folder, "-nb", kind, "alice", "secret");

    assertThat(problems(printed)).singleElement().asString().endsWith(EXPECTED);
  }

  private Path file() {
    return folder.resolve("htpasswd");
  }

  private Users users(String text) throws IOException {
    return (Users) UserFile.load(Files.writeString(file(), text));
  }

  private static PasswordHash hash(Users users, String user) {
    return Objects.requireNonNull(users.hash(user));
  }

  private List<String> problems(String text) throws IOException {
    return rejected(UserFile.load(Files.writeString(file(), text)));
  }

  private static List<String> rejected(UserFile.Read read) {
    return ((UserFile.Rejected) read).problems().stream().map(Problem::toString).toList();
  }
}
