package io.detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path folder;

  @Test
  void aGoodFileIsOneLineOnStandardOutput() {
    CommandRun run = CommandRun.of(new CheckCommand(), "../rules.example.yaml");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("../rules.example.yaml: 5 rules, 9 tests passed\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  @Tag("R02")
  void everyProblemOfEveryFileIsALineOnStandardError() throws IOException {
    Path bad = file("bad.yaml", "version: 1\nruls: []\nrules: [x]\n");
    Path good = file("good.yaml", "version: 1\nrules: []\n");
    Path failing =
        file(
            "failing.yaml",
            """
            version: 1
            rules:
              - { name: a, match: { host: { exact: a } }, action: pass }
            tests:
              - { host: a, expect: { action: reject } }
            """);

    CommandRun run =
        CommandRun.of(
            new CheckCommand(),
            bad.toString(),
            good.toString(),
            failing.toString(),
            folder + "/none.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEqualTo(good + ": 0 rules, no tests\n");
    assertThat(run.err().lines())
        .containsExactly(
            bad + ":2:1: unknown key \"ruls\" (did you mean \"rules\"?)",
            bad
                + ":3:9: a rule is text (expected: a mapping with name, match, action, to, message,"
                + " log, owner, ticket, reason)",
            failing + ":5:5: test of a:443 failed: action is pass (expected: reject)",
            folder + "/none.yaml: cannot be read: there is no such file");
  }

  @Test
  void oneRuleAndOneTestAreSingular() throws IOException {
    Path file =
        file(
            "one.yaml",
            """
            version: 1
            rules: [{ name: a, match: { host: { exact: a } }, action: pass }]
            tests: [{ host: a, expect: { rule: a } }]
            """);

    assertThat(CommandRun.of(new CheckCommand(), file.toString()).out())
        .isEqualTo(file + ": 1 rule, 1 test passed\n");
  }

  @Test
  void withoutAnArgumentItChecksTheUsualFile() {
    assertThat(CommandRun.of(new CheckCommand()).err())
        .isEqualTo("rules.yaml: cannot be read: there is no such file\n");
  }

  @Test
  void anUnknownOptionIsWrongUsage() {
    assertThat(CommandRun.of(new CheckCommand(), "--none").exitCode()).isEqualTo(2);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
