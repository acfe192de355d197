package io.detour.server.decide;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.rejecting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real files change as programs change them, and the rules follow without anybody's asking. */
@Timeout(60)
class WatchedFilesTest {
  private static final Duration REST = Duration.ofMillis(100);
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final RecordedLog log = RecordedLog.of(Reloader.class);
  private final RulesInForce rules = new RulesInForce(parsed(rejecting()));

  @SuppressWarnings("NullAway.Init")
  private Reloader reloader;

  /** How a program puts a new text into a file. */
  enum Way {
    IN_PLACE {
      @Override
      void change(Path file, String text) throws IOException {
        Files.writeString(file, text);
      }
    },
    IN_PIECES {
      @Override
      void change(Path file, String text) throws IOException {
        Files.writeString(file, "");
        for (int i = 0; i < text.length(); i += 100) {
          String piece = text.substring(i, Math.min(text.length(), i + 100));
          Files.writeString(file, piece, StandardOpenOption.APPEND);
        }
      }
    },
    RENAMED_OVER {
      @Override
      void change(Path file, String text) throws IOException {
        Path other = Files.writeString(file.resolveSibling("." + file.getFileName()), text);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
      }
    },
    BACKED_UP {
      @Override
      void change(Path file, String text) throws IOException {
        Files.move(
            file,
            file.resolveSibling(file.getFileName() + "~"),
            StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(file, text);
      }
    },
    DELETED_FIRST {
      @Override
      void change(Path file, String text) throws IOException {
        Files.delete(file);
        Files.writeString(file, text);
      }
    };

    abstract void change(Path file, String text) throws IOException;
  }

  @BeforeEach
  void clear() {
    assertThat(log.lines()).isEmpty();
  }

  @AfterEach
  void stop() {
    reloader.close();
    log.close();
  }

  @ParameterizedTest(name = "R04 {0}")
  @EnumSource(Way.class)
  void theRulesFollowEveryWayToWriteAFile(Way way) throws Exception {
    Path file = Files.writeString(folder.resolve("rules.yaml"), whole("v0"));
    watch(new RuleSource.Listed(List.of(file)));

    for (String version : List.of("v1", "v2", "v3")) {
      way.change(file, whole(version));
      awaitFirstRule(version);
    }
    assertOnlyWholeSets();
  }

  @Test
  @DisplayName("R04 a symbolic link on the way that is pointed elsewhere, as Kubernetes does")
  void theRulesFollowALink() throws Exception {
    version("..one", "v1");
    version("..two", "v2");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..one"));
    Path file =
        Files.createSymbolicLink(folder.resolve("rules.yaml"), Path.of("..data/rules.yaml"));
    watch(new RuleSource.Listed(List.of(file)));

    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..two"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);

    awaitFirstRule("v2");
    assertOnlyWholeSets();
  }

  @Test
  @DisplayName("R04 a file that is changed without a pause is read when it comes to rest")
  void manyChangesAreOneReload() throws Exception {
    Path file = Files.writeString(folder.resolve("rules.yaml"), whole("v0"));
    watch(new RuleSource.Listed(List.of(file)));

    for (int i = 1; i <= 500; i++) {
      Files.writeString(file, whole("v" + i));
    }

    awaitFirstRule("v500");
    assertOnlyWholeSets();
    assertThat(log.lines()).hasSizeLessThan(50);
  }

  @Test
  void aFileThatAppearsLaterIsRead() throws Exception {
    Path file = folder.resolve("rules.yaml");
    watch(new RuleSource.IfPresent(file));
    assertThat(rules.current().rules().rules()).isEmpty();

    Files.writeString(file, whole("v1"));

    awaitFirstRule("v1");
  }

  @Test
  void aFileThatIsGoneLeavesTheRulesAndIsReadWhenItIsBack() throws Exception {
    Path file = Files.writeString(folder.resolve("rules.yaml"), whole("v1"));
    watch(new RuleSource.IfPresent(file));

    Files.delete(file);
    await().atMost(DEADLINE).until(() -> log.lines().contains(gone(file)));
    assertThat(reloader.history().isLastSuccessful()).isFalse();
    assertThat(rules.current().rules().rules().getFirst().name()).isEqualTo("v1");

    Files.writeString(file, whole("v2"));
    awaitFirstRule("v2");
    assertThat(log.lines()).hasSize(2);
    assertThat(reloader.history().isLastSuccessful()).isTrue();
  }

  @Test
  void whileOneFileIsGoneTheOthersAreNotReadEither() throws Exception {
    Path file = Files.writeString(folder.resolve("a.yaml"), whole("v1"));
    Path other = Files.writeString(folder.resolve("b.yaml"), rejecting("other"));
    watch(new RuleSource.Listed(List.of(file, other)));

    Files.delete(other);
    Files.writeString(file, whole("v2"));
    await().atMost(DEADLINE).until(() -> log.lines().contains(gone(other)));
    assertThat(rules.current().rules().rules().getFirst().name()).isEqualTo("v1");

    Files.writeString(other, rejecting("other"));
    awaitFirstRule("v2");
  }

  @Test
  void aFolderThatTurnsEmptyLeavesItsRulesInForce() throws Exception {
    Path file = Files.writeString(folder.resolve("a.yaml"), whole("v1"));
    watch(new RuleSource.Listed(List.of(folder)));

    Files.delete(file);
    await().atMost(DEADLINE).until(() -> log.lines().contains(gone(folder)));
    assertThat(rules.current().rules().rules()).hasSize(51);

    Files.writeString(file, whole("v2"));
    awaitFirstRule("v2");
  }

  private static String gone(Path path) {
    return "ERROR rules not reloaded (files changed): "
        + path
        + " is gone or empty; until it is back, no file is read and the rules in force stay";
  }

  @Test
  @DisplayName("R02 a file that stays bad is reported once")
  void aFileThatStaysBadIsReportedOnce() throws Exception {
    Path file = Files.writeString(folder.resolve("rules.yaml"), whole("v1"));
    watch(new RuleSource.Listed(List.of(file)));

    Files.writeString(file, "version: 2\nrules: []\n");
    await().atMost(DEADLINE).until(() -> reloader.history().failures() == 1);
    Files.writeString(file, whole("v2"));
    awaitFirstRule("v2");

    assertThat(log.lines())
        .containsExactly(
            "WARN " + file + ":1:10: version: \"2\" (expected: the number 1)",
            "ERROR rules not reloaded (files changed): 1 problem, the rules in force stay",
            "INFO rules reloaded (files changed): 51 rules in force: 1 added (v2), 1 removed (v1)");
  }

  private void watch(RuleSource source) {
    RuleFileLoader files = new RuleFileLoader(source, Setting::on, Mode.ENFORCE);
    rules.replace(((RuleReview.Accepted) files.read()).rules());
    reloader = new Reloader(files, rules, InstantSource.system());
    reloader.watch(REST);
  }

  private void version(String name, String first) throws IOException {
    Path inner = Files.createDirectory(folder.resolve(name));
    Files.writeString(inner.resolve("rules.yaml"), whole(first));
  }

  private void awaitFirstRule(String name) {
    await()
        .atMost(DEADLINE)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              List<Rule> current = rules.current().rules().rules();
              return !current.isEmpty()
                  && current.getFirst().name().equals(name)
                  && !log.lines().isEmpty()
                  && log.lines().getLast().startsWith("INFO");
            });
  }

  /** Whatever was read in the middle of a write was refused. */
  private void assertOnlyWholeSets() {
    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("INFO"))
        .isNotEmpty()
        .allMatch(line -> line.contains(": 51 rules in force: "));
  }

  /**
   * A set of 51 rules that begins with tests of all of them, so that no part of it is good and
   * there is nothing to warn of.
   */
  private static String whole(String first) {
    String[] names = new String[51];
    names[0] = first;
    for (int i = 1; i < names.length; i++) {
      names[i] = "r" + i;
    }
    return Stream.of(names)
            .map("  - { host: %1$s.test, expect: { rule: %1$s } }\n"::formatted)
            .collect(Collectors.joining("", "tests:\n", ""))
        + rejecting(names);
  }
}
