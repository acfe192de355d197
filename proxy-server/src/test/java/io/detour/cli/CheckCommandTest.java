package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CheckCommandTest {
  private static final String SHADOWED =
      """
      version: 1
      rules:
        - { name: zone, match: { host: { suffix: old.net } }, action: pass }
        - { name: wiki, match: { host: { exact: wiki.old.net } }, action: reject }
      tests:
        - { host: wiki.old.net, expect: { rule: zone } }
      """;

  @TempDir private Path folder;

  private static CommandRun check(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return CommandRun.of(new CheckCommand(), texts);
  }

  private static JsonNode json(CommandRun run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).hasLineCount(1);
    return JsonMapper.builder().build().readTree(run.out());
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aGoodFileIsOneLineOnStandardOutput() {
    CommandRun run = check("../rules.example.yaml");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("../rules.example.yaml: 7 rules, 13 tests passed\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void jsonIsAsciiWhateverStandsInIt() throws IOException {
    Path file = file("\u202ea\u009bb.yaml", "version: 1\nrules: []\n");

    CommandRun run = check(file, "--json");

    assertThat(run.out()).matches("\\p{ASCII}+");
    assertThat(json(run).get("files").get(0).asString()).isEqualTo(file.toString());
  }

  @Test
  @Tag("R02")
  void everyProblemOfEveryFileIsALineOnStandardError() throws IOException {
    Path bad = file("bad.yaml", "version: 1\nruls: []\nrules: []\n");
    Path good = file("good.yaml", "version: 1\nrules: []\n");

    CommandRun run = check(bad, good, folder + "/none.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactlyInAnyOrder(
            bad + ":2:1: unknown key \"ruls\" (did you mean \"rules\"?)",
            folder + "/none.yaml: cannot be read: there is no such file");
    assertThat(run.out()).isEqualTo(bad + ", " + good + ", " + folder + "/none.yaml: 2 problems\n");
  }

  @Test
  void severalFilesAndFoldersAreOneSet() throws IOException {
    Path sub = Files.createDirectory(folder.resolve("rules.d"));
    Files.writeString(
        sub.resolve("10-zone.yaml"),
        """
        version: 1
        rules: [{ name: zone, match: { host: { suffix: old.net } }, action: pass }]
        """);
    Path wiki =
        Files.writeString(
            sub.resolve("20-wiki.yaml"),
            """
            version: 1
            rules:
              - { name: wiki, match: { host: { exact: wiki.old.net } }, action: reject }
            tests: [{ host: a.old.net, expect: { rule: zone } }]
            """);

    CommandRun run = check(sub);

    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .isEqualTo(
            wiki
                + ":3:5: warning: shadowed by \"zone\" at "
                + sub.resolve("10-zone.yaml")
                + ":2\n");
    assertThat(run.out()).isEqualTo(sub + ": 2 rules, 1 test passed, 1 warning\n");
  }

  @Test
  void aWarningIsAnErrorWhenItIsStrict() throws IOException {
    Path file = file("rules.yaml", SHADOWED);

    CommandRun strict = check("--strict", file);

    assertThat(check(file).exitCode()).isZero();
    assertThat(strict.exitCode()).isEqualTo(1);
    assertThat(strict.err())
        .isEqualTo(file + ":4:5: warning: shadowed by \"zone\" at " + file + ":3\n");
    assertThat(strict.out()).isEqualTo(file + ": 2 rules, 1 test passed, 1 warning\n");
  }

  @Test
  void aFailedTestIsCountedOnceAndSaidInFull() throws IOException {
    Path file =
        file(
            "failing.yaml",
            """
            version: 1
            rules:
              - { name: a, match: { host: { exact: a } }, action: pass }
            tests:
              - { host: a, expect: { action: reject, to: b } }
              - { host: a, expect: { rule: a } }
            """);

    CommandRun run = check(file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            file + ":5:5: test of a:443 failed: action is pass (expected: reject)",
            file + ":5:5: test of a:443 failed: to is a:443 (expected: b:443)");
    assertThat(run.out()).isEqualTo(file + ": 1 rule, 1 of 2 tests failed\n");
  }

  @Test
  void withoutTestsItSaysSo() throws IOException {
    Path file = file("rules.yaml", "version: 1\nrules: []\n");

    assertThat(check(file).out()).isEqualTo(file + ": 0 rules, no tests\n");
  }

  @Test
  void theConfigurationSaysWhereTheRulesAreAndWhatTheyMayName() throws IOException {
    Path rules =
        file(
            "r.yaml",
            """
            version: 1
            rules:
              - name: a
                match: { host: { exact: a } }
                action: rewrite
                targets: [{ to: b, via: dc2 }, { to: "127.0.0.1:9128" }]
            tests: [{ host: a, expect: { rule: a } }]
            """);
    Path configuration =
        file(
            "detour.yaml",
            """
            listen: ["127.0.0.1:9128"]
            rules: [r.yaml]
            parents: { dc: "http://127.0.0.1:9" }
            """);

    CommandRun run = check("-c", configuration);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            rules + ":3:5: error: via: there is no parent \"dc2\" (did you mean \"dc\"?)",
            rules
                + ":3:5: error: target 127.0.0.1:9128 is a listener of this Detour itself"
                + " (127.0.0.1:9128)");
    assertThat(run.out()).isEqualTo(rules + ": 1 rule, 1 test passed, 2 errors\n");
    assertThat(check(rules).exitCode()).isZero();
    assertThat(check("-c", configuration, rules).exitCode()).isEqualTo(1);
  }

  @Test
  void aConfigurationWithoutRulesOrWithAProblemIsSaidToBeSo() throws IOException {
    Path none = file("none.yaml", "rules: []\n");
    Path bad = file("bad.yaml", "rulez: []\n");

    assertThat(check("-c", none).out()).isEqualTo("no rule files: 0 rules, no tests\n");
    assertThat(check("-c", none).exitCode()).isZero();
    assertThat(check("-c", bad).err())
        .isEqualTo(bad + ":1:1: unknown key \"rulez\" (did you mean \"rules\"?)\n");
    assertThat(check("-c", bad).out()).isEqualTo(bad + ": 1 problem\n");
    assertThat(check("-c", bad).exitCode()).isEqualTo(1);
  }

  @Test
  void jsonHasEveryFindingWithBothPlaces() throws IOException {
    Path file = file("rules.yaml", SHADOWED);

    JsonNode root = json(check("--json", file));

    assertThat(root)
        .hasToString(
            ("{'ok':true,'files':['F'],'rules':2,'problems':[],'findings':[{'severity':'warning',"
                    + "'code':'shadowed','rule':'wiki','file':'F','line':4,'column':5,'message':"
                    + "'shadowed by \\'zone\\' at F:3','related':[{'file':'F','line':3}]}],"
                    + "'errors':0,'warnings':1,'tests':{'run':1,'failed':0,'failures':[]},"
                    + "'certificates':null,'addresses':null}")
                .replace('\'', '"')
                .replace("F", file.toString()));
    assertThat(json(check("--json", "--strict", file)).get("ok").booleanValue()).isFalse();
  }

  @Test
  void jsonHasProblemsAndFailedTests() throws IOException {
    JsonNode unreadable = json(check("--json", folder + "/none.yaml"));
    Path file =
        file(
            "failing.yaml",
            "version: 1\nrules: []\ntests: [{ host: a, expect: { action: reject } }]\n");
    JsonNode failing = json(check("--json", file));

    assertThat(unreadable.get("rules").isNull()).isTrue();
    assertThat(unreadable.get("problems"))
        .hasToString(
            "[{\"file\":\""
                + folder
                + "/none.yaml\",\"line\":null,\"column\":null,\"message\":\"cannot be read: there"
                + " is no such file\"}]");
    assertThat(failing.get("ok").booleanValue()).isFalse();
    assertThat(failing.get("tests").get("failed").intValue()).isOne();
    assertThat(failing.get("tests").get("failures").get(0).get("line").intValue()).isEqualTo(3);
  }

  @Test
  void withoutAnArgumentItChecksTheUsualFile() {
    CommandRun run = check();

    assertThat(run.err()).isEqualTo("rules.yaml: cannot be read: there is no such file\n");
    assertThat(run.out()).isEqualTo("rules.yaml: 1 problem\n");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void anUnknownOptionIsWrongUsage() {
    assertThat(check("--none").exitCode()).isEqualTo(2);
  }
}
