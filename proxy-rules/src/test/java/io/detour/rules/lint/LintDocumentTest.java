package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation says about lint is what lint says. */
class LintDocumentTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("```yaml\n(.*?)```\n\n```text\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z-]+)` \\| (\\*\\*Error)?", Pattern.MULTILINE);

  private static String section() throws IOException {
    String all = Files.readString(Path.of("../docs/rules.md"));
    int begin = all.indexOf("\n## Lint\n");
    return all.substring(begin, all.indexOf("\n## ", begin + 1));
  }

  @Test
  void theTableHasEveryCodeWithItsSeverity() throws IOException {
    List<String> rows =
        ROW.matcher(section())
            .results()
            .map(row -> row.group(1) + (row.group(2) == null ? " warning" : " error"))
            .toList();

    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Code.values()).map(code -> code + " " + code.severity()).toList());
  }

  @Test
  void theExampleHasAFindingOfEachCode() throws IOException {
    MatchResult example = EXAMPLE.matcher(section()).results().findFirst().orElseThrow();
    Setting setting =
        Setting.on(LocalDate.of(2027, 3, 1))
            .withOwnListener(address -> address.toString().equals("127.0.0.1:3128"))
            .withParents(Set.of("berlin"))
            .withUsers(Setting.Users.NONE);
    RuleFiles files = RuleFiles.parse("rules.yaml", example.group(1));
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);

    List<Finding> findings = Lint.of((RuleFiles.Loaded) files, setting);

    assertThat(findings.stream().map(Finding::toString).collect(Collectors.joining("\n", "", "\n")))
        .isEqualTo(example.group(2));
    assertThat(findings).extracting(Finding::code).contains(Code.values());
  }
}
