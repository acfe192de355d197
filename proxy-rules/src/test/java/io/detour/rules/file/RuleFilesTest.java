package io.detour.rules.file;

import static io.detour.rules.Hosts.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Action;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.RuleSet;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.document.Document;
import io.detour.rules.document.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RuleFilesTest {
  @TempDir private Path folder;

  @Test
  void readsEveryKey() {
    RuleSet rules =
        loaded(
                """
                version: 1
                x-anything: [1, {a: b}]
                defaults: { unmatched: reject }
                rules:
                  - name: keep
                    match: { host: { exact: sso.old.net } }
                    action: pass
                  - name: erp
                    owner: netops
                    ticket: NET-4711
                    reason: wave 2
                    match:
                      host:
                        exact: [erp.old.net]
                    action: rewrite
                    to: erp.new.net:8443
                    log: { level: warn, message: "bücher" }
                  - name: gone
                    match: { host: { suffix: [.dead.net, gone.net], regex: 'x[0-9]+\\.net' } }
                    action: reject
                    message: moved
                    log: off
                """)
            .rules();

    assertThat(rules.unmatched()).isEqualTo(UnmatchedPolicy.REJECT);
    assertThat(rules.rules()).extracting(Rule::name).containsExactly("keep", "erp", "gone");
    assertThat(rules.rules()).extracting(Rule::index).containsExactly(0, 1, 2);
    assertThat(rules.rules())
        .extracting(Rule::action)
        .containsExactly(Action.PASS, Action.REWRITE, Action.REJECT);
    assertThat(rules.rules())
        .extracting(rule -> rule.position().toString())
        .containsExactly("rules.yaml:5", "rules.yaml:8", "rules.yaml:18");
    assertThat(rules.rules())
        .extracting(Rule::log)
        .containsExactly(
            new Rule.Log(LogLevel.OFF, null),
            new Rule.Log(LogLevel.WARN, "bücher"),
            new Rule.Log(LogLevel.OFF, null));
    assertThat(rules.rules().get(1).notes())
        .isEqualTo(new Rule.Notes("netops", "NET-4711", "wave 2"));
    assertThat(rules.rules().get(0).notes()).isEqualTo(Rule.Notes.NONE);
    assertThat(rules.decide(request("x7.net")))
        .isEqualTo(
            new Decision.Reject(
                rules.rules().get(2), rules.rules().get(2).hosts().get(2), "moved"));
  }

  @Test
  void rewriteAndRejectAreLoggedUnlessTheRuleSaysOtherwise() {
    RuleSet rules =
        loaded(
                """
                version: 1
                rules:
                  - { name: a, match: { host: { exact: a } }, action: rewrite, to: b }
                  - { name: b, match: { host: { exact: b } }, action: reject }
                  - { name: c, match: { host: { exact: c } }, action: pass }
                  - { name: d, match: { host: { exact: d } }, action: pass, log: warn }
                """)
            .rules();

    assertThat(rules.rules())
        .extracting(rule -> rule.log().level())
        .containsExactly(LogLevel.INFO, LogLevel.INFO, LogLevel.OFF, LogLevel.WARN);
    assertThat(rules.decide(request("b")))
        .isEqualTo(
            new Decision.Reject(
                rules.rules().get(1),
                rules.rules().get(1).hosts().getFirst(),
                "rejected by rule \"b\""));
  }

  @Test
  void noRulesAreRulesToo() {
    assertThat(loaded("version: 1\nrules: []\n").rules().decide(request("h")))
        .isEqualTo(new Decision.Unmatched());
  }

  @Test
  void takesAByteOrderMarkWindowsLineEndsAndJson() {
    assertThat(loaded("\ufeffversion: 1\r\nrules: []\r\n").rules().rules()).isEmpty();
    assertThat(loaded("{\"version\": 1, \"rules\": []}").rules().rules()).isEmpty();
    assertThat(loaded("---\nversion: 1\nrules: []\n...\n").rules().rules()).isEmpty();
  }

  @Test
  void aFailingTestSaysWhatHappenedInstead() {
    RuleFiles.Loaded loaded =
        loaded(
            """
            version: 1
            rules:
              - { name: zone, match: { host: { suffix: old.net } }, action: rewrite, to: "{prefix}.new.net" }
              - { name: gone, match: { host: { suffix: dead.net } }, action: reject }
            tests:
              - { host: a.old.net, expect: { rule: zone, action: rewrite, to: a.new.net } }
              - { host: "a.old.net:80", expect: { to: "a.new.net:80" } }
              - { host: a.old.net, expect: { rule: gone, action: pass, to: "a.new.net:80" } }
              - { host: old.net, expect: { rule: zone, action: rewrite } }
              - { host: dead.net, expect: { to: dead.net } }
              - { host: other.net, expect: { rule: zone, action: reject, to: other.net } }
            """);

    assertThat(loaded.tests()).hasSize(6);
    assertThat(loaded.failures())
        .extracting(Problem::toString)
        .containsExactly(
            "rules.yaml:8:5: test of a.old.net:443 failed: rule is zone (expected: gone)",
            "rules.yaml:8:5: test of a.old.net:443 failed: action is rewrite (expected: pass)",
            "rules.yaml:8:5: test of a.old.net:443 failed: to is a.new.net:443"
                + " (expected: a.new.net:80)",
            "rules.yaml:9:5: test of old.net:443 failed: action is none, target"
                + " \"{prefix}.new.net\" made no valid host: host has an empty label"
                + " (expected: rewrite)",
            "rules.yaml:10:5: test of dead.net:443 failed: to is nowhere, rejected by rule"
                + " \"gone\" (expected: dead.net:443)",
            "rules.yaml:11:5: test of other.net:443 failed: rule is none (expected: zone)",
            "rules.yaml:11:5: test of other.net:443 failed: action is pass (expected: reject)");
  }

  @Test
  void aFileThatOnlyReportsRejectsNoOtherHost() {
    for (String mode : List.of("report", "off")) {
      RuleSet rules =
          loaded("version: 1\nrules: []\ndefaults: { mode: " + mode + ", unmatched: reject }\n")
              .rules();

      assertThat(rules.decide(request("h"))).isEqualTo(new Decision.Unmatched());
    }
  }

  @Test
  @Tag("R03")
  @Timeout(10)
  void manyTestsOfRulesThatAreNotThereAreRefusedFast() {
    StringBuilder text = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < 8000; i++) {
      text.append(
          "- { name: rule-%d, match: { host: { exact: h%d } }, action: pass }%n".formatted(i, i));
    }
    text.append("tests:\n");
    for (int i = 0; i < 8000; i++) {
      text.append("- { host: h, expect: { rule: rulx-%d } }%n".formatted(i));
    }

    assertThat(RuleFiles.parse("rules.yaml", text.toString()))
        .isInstanceOf(RuleFiles.Rejected.class);
  }

  @Test
  void loadsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("rules.yaml"), "version: 1\nrules: []\n");

    assertThat(RuleFiles.load(List.of(file), ZoneId.systemDefault()))
        .isInstanceOf(RuleFiles.Loaded.class);
  }

  @Test
  void aFileThatCannotBeReadIsAProblem() throws IOException {
    Path missing = folder.resolve("none.yaml");
    Path large = Files.write(folder.resolve("large.yaml"), new byte[Document.MAX_BYTES + 1]);
    byte[] latin1 = "version: 1\n# b\u00fccher\n".getBytes(StandardCharsets.ISO_8859_1);
    Path encoded = Files.write(folder.resolve("latin1.yaml"), latin1);
    Path cut = Files.write(folder.resolve("cut.yaml"), new byte[] {'a', (byte) 0xc3});

    assertThat(problems(RuleFiles.load(List.of(missing), ZoneId.systemDefault())))
        .isEqualTo(missing + ": cannot be read: there is no such file");
    assertThat(problems(RuleFiles.load(List.of(large), ZoneId.systemDefault())))
        .isEqualTo(large + ": is larger than 16 MiB");
    assertThat(problems(RuleFiles.load(List.of(encoded), ZoneId.systemDefault())))
        .isEqualTo(encoded + ":2:4: not UTF-8 text");
    assertThat(problems(RuleFiles.load(List.of(cut), ZoneId.systemDefault())))
        .isEqualTo(cut + ":1:2: not UTF-8 text");
  }

  @Test
  void aFileWithoutPermissionIsAProblem() throws IOException {
    Path file = Files.writeString(folder.resolve("rules.yaml"), "version: 1\nrules: []\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "this user (root) may read everything");

    assertThat(problems(RuleFiles.load(List.of(file), ZoneId.systemDefault())))
        .isEqualTo(file + ": cannot be read: access is denied");
  }

  private static RuleFiles.Loaded loaded(String text) {
    RuleFiles file = RuleFiles.parse("rules.yaml", text);
    assertThat(file).isInstanceOf(RuleFiles.Loaded.class);
    return (RuleFiles.Loaded) file;
  }

  private static String problems(RuleFiles file) {
    return String.join(
        "\n", ((RuleFiles.Rejected) file).problems().stream().map(Problem::toString).toList());
  }
}
