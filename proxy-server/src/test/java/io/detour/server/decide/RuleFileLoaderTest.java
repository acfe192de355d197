package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.rejecting;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Mode;
import io.detour.rules.document.Problem;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleFileLoaderTest {
  @TempDir private Path folder;

  @Test
  void whatIsReadAgainIsWhatStandsThereNow() throws IOException {
    Path file = write(rejecting("a"));
    RuleFileLoader files = listed(file);
    assertThat(names(files.read())).containsExactly("a");

    write(rejecting("b"));

    assertThat(names(files.read())).containsExactly("b");
  }

  @Test
  void aWriteBehindAReadingShowsInTheNextLook() throws IOException {
    Path file = write(rejecting("a"));
    RuleFileLoader files = listed(file);
    for (char name = 'b'; name <= 'z'; name++) {
      files.read();
      assertThat(files.look()).isEqualTo(files.lastRead());

      write(rejecting(String.valueOf(name)));

      assertThat(files.look()).isNotEqualTo(files.lastRead());
    }
  }

  @Test
  @Tag("R04")
  void aFileIsNotReadInTheTickOfItsLastChangeWhateverThePartOfTheMillisecond() throws IOException {
    Path file = write(rejecting("a"));
    long changedNanos = Fingerprint.of(List.of(file)).lastChangeNanos();
    RuleFileLoader files =
        new RuleFileLoader(
            new RuleSource.Listed(List.of(file)),
            Setting::on,
            Mode.ENFORCE,
            ZoneOffset.UTC,
            InstantSource.fixed(Instant.EPOCH.plusNanos(changedNanos)));

    long beginNanos = System.nanoTime();
    RuleReview reading = files.read();
    long tookNanos = System.nanoTime() - beginNanos;

    assertThat(names(reading)).containsExactly("a");
    assertThat(Duration.ofNanos(tookNanos)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
  }

  @Test
  @Tag("R02")
  void aSetWhoseOwnTestsFailIsRefused() throws IOException {
    Path file =
        write(
            """
            version: 1
            rules: []
            tests: [{ host: a.test, expect: { action: reject } }]
            """);

    assertThat(problems(listed(file).read()))
        .singleElement()
        .asString()
        .startsWith(file + ":3:9: test of a.test:443 failed");
  }

  @Test
  void aFileThatMayBeMissingIsNoRules() {
    RuleFileLoader files = ifPresent(folder.resolve("rules.yaml"));

    assertThat(names(files.read())).isEmpty();
  }

  @Test
  void aFileThatWasThereMustStay() throws IOException {
    Path file = write(rejecting("a"));
    RuleFileLoader files = ifPresent(file);
    files.read();
    Files.delete(file);

    for (int i = 0; i < 2; i++) {
      assertThat(problems(files.read()))
          .containsExactly(
              new Problem(file.toString(), 0, 0, "cannot be read: there is no such file"));
    }
    write(rejecting("b"));
    assertThat(names(files.read())).containsExactly("b");
  }

  @Test
  void aFolderThatTurnsEmptyIsRefusedHoweverOftenItIsRead() throws IOException {
    Path file = write(rejecting("a"));
    RuleFileLoader files = listed(folder);
    assertThat(names(files.read())).containsExactly("a");
    Files.delete(file);

    for (int i = 0; i < 2; i++) {
      assertThat(problems(files.read()))
          .containsExactly(
              new Problem(
                  folder.toString(),
                  0,
                  0,
                  "holds no rule file any more (expected: one, if with rules: [])"));
    }
    write("{ version: 1, rules: [] }");
    assertThat(names(files.read())).isEmpty();
  }

  @Test
  void oneFileThatIsRemovedFromAFolderTakesItsRulesWithIt() throws IOException {
    write(rejecting("a"));
    Path other = Files.writeString(folder.resolve("other.yaml"), rejecting("b"));
    RuleFileLoader files = listed(folder);
    assertThat(names(files.read())).containsExactly("b", "a");

    Files.delete(other);

    assertThat(names(files.read())).containsExactly("a");
  }

  @Test
  void aFolderThatWasAlwaysEmptyIsNoRules() {
    RuleFileLoader files = listed(folder);

    assertThat(names(files.read())).isEmpty();
    assertThat(names(files.read())).isEmpty();
  }

  @Test
  void anEmptyListIsNoRules() {
    RuleFileLoader files =
        new RuleFileLoader(new RuleSource.Listed(List.of()), Setting::on, Mode.ENFORCE);

    assertThat(names(files.read())).isEmpty();
    assertThat(files.look()).isEqualTo(Fingerprint.NONE);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("rules.yaml"), text);
  }

  private static RuleFileLoader listed(Path file) {
    return new RuleFileLoader(new RuleSource.Listed(List.of(file)), Setting::on, Mode.ENFORCE);
  }

  private static RuleFileLoader ifPresent(Path file) {
    return new RuleFileLoader(new RuleSource.IfPresent(file), Setting::on, Mode.ENFORCE);
  }

  private static List<String> names(RuleReview reading) {
    return ((RuleReview.Accepted) reading)
        .rules().rules().stream().map(rule -> rule.name()).toList();
  }

  private static List<Problem> problems(RuleReview reading) {
    return ((RuleReview.Refused) reading).problems();
  }
}
