package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.document.Problem;
import io.detour.rules.host.HostMatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several files as one set of rules. */
class SeveralRuleFilesTest {
  @TempDir private Path folder;

  @Test
  void aFolderIsReadInTheOrderOfNames() throws IOException {
    write("20-zone.yaml", rules(rule("zone")));
    write("10-first.json", "{\"version\": 1, \"rules\": [" + json("first") + "]}");
    write("30-last.yml", rules(rule("last")));
    write(".hidden.yaml", "not read");
    write("README.md", "not read");

    RuleFiles.Loaded loaded = loaded(folder);

    assertThat(loaded.rules().rules())
        .extracting(Rule::name)
        .containsExactly("first", "zone", "last");
    assertThat(loaded.rules().rules()).extracting(Rule::index).containsExactly(0, 1, 2);
    assertThat(loaded.rules().rules().getFirst().position())
        .hasToString(folder.resolve("10-first.json") + ":1");
  }

  @Test
  void namesAreUniqueOverAllFiles() throws IOException {
    Path one = write("a.yaml", rules(rule("erp")));
    Path two = write("b.yaml", rules(rule("crm"), rule("erp")));

    assertThat(problems(one, two))
        .containsExactly(two + ":4:5: name: \"erp\" is taken by the rule at " + one + ":3");
  }

  @Test
  void theModeOfAFileIsForItsOwnRules() throws IOException {
    Path one = write("a.yaml", "defaults: { mode: report }\n" + rules(rule("a"), enforced("b")));
    Path two = write("b.yaml", rules(rule("c")) + "defaults: { mode: off }\n");
    Path three = write("c.yaml", rules(rule("d")));

    assertThat(loaded(one, two, three).rules().rules())
        .extracting(Rule::mode)
        .containsExactly(Mode.REPORT, Mode.ENFORCE, Mode.OFF, Mode.ENFORCE);
  }

  @Test
  void oneUnmatchedPolicyHoldsForAll() throws IOException {
    Path one = write("a.yaml", rules(rule("a")));
    Path two = write("b.yaml", rules(rule("b")) + "defaults: { unmatched: reject }\n");
    Path three = write("c.yaml", rules(rule("c")) + "defaults: { unmatched: pass }\n");

    assertThat(loaded(one, two).rules().unmatched()).isEqualTo(UnmatchedPolicy.REJECT);
    assertThat(problems(one, two, three))
        .containsExactly(three + ":4:13: \"unmatched\" differs from " + two + ":4");
  }

  @Test
  void legacySuffixesAddUp() throws IOException {
    Path one = write("a.yaml", rules() + "defaults: { legacy_suffixes: old.net }\n");
    Path two = write("b.yaml", rules() + "defaults: { legacy_suffixes: [.corp.net] }\n");

    assertThat(loaded(one, two).rules().legacyZones().suffixes())
        .extracting(HostMatcher.Suffix::text)
        .containsExactly("old.net", ".corp.net");
  }

  @Test
  void theTestsOfEachFileRunAgainstAllRules() throws IOException {
    Path one = write("a.yaml", rules() + "tests: [{ host: erp.old.net, expect: { rule: erp } }]\n");
    Path two = write("b.yaml", rules(rule("erp")));

    assertThat(loaded(one, two).failures()).isEmpty();
    assertThat(loaded(one, two).tests()).hasSize(1);
  }

  @Test
  void theProblemsOfAllFilesAreReportedInTheirOrder() throws IOException {
    Path one = write("a.yaml", "version: 2\nrules: []\n");
    Path two = write("b.yaml", "version: 1\n");
    Path missing = folder.resolve("none.yaml");

    assertThat(problems(missing, one, two))
        .containsExactly(
            missing + ": cannot be read: there is no such file",
            one + ":1:10: version: \"2\" (expected: the number 1)",
            two + ":1:1: key \"rules\" is missing");
  }

  private static String rules(String... rules) {
    return "version: 1\nrules:" + (rules.length == 0 ? " []\n" : "\n" + String.join("", rules));
  }

  private static String rule(String name) {
    return "  - { name: %s, match: { host: { exact: %s.old.net } }, action: pass }\n"
        .formatted(name, name);
  }

  private static String enforced(String name) {
    return rule(name).replace("action", "mode: enforce, action");
  }

  private static String json(String name) {
    return """
    {"name": "%s", "match": {"host": {"exact": "%s.old.net"}}, "action": "pass"}\
    """
        .formatted(name, name);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static RuleFiles.Loaded loaded(Path... paths) {
    RuleFiles files = RuleFiles.load(List.of(paths), ZoneOffset.UTC);
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return (RuleFiles.Loaded) files;
  }

  private static List<String> problems(Path... paths) {
    return ((RuleFiles.Rejected) RuleFiles.load(List.of(paths), ZoneOffset.UTC))
        .problems().stream().map(Problem::toString).toList();
  }
}
