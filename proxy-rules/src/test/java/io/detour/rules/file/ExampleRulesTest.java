package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rule files that people are shown can be used as they stand. */
class ExampleRulesTest {
  private static final Pattern YAML_BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  @Test
  void theExampleFileHasNoProblemAndItsTestsPass() {
    RuleFiles file =
        RuleFiles.load(List.of(Path.of("../rules.example.yaml")), ZoneId.systemDefault());

    assertThat(file).isInstanceOf(RuleFiles.Loaded.class);
    RuleFiles.Loaded loaded = (RuleFiles.Loaded) file;
    assertThat(loaded.failures()).isEmpty();
    assertThat(loaded.rules().rules()).hasSize(7);
    assertThat(loaded.tests()).hasSize(13);
  }

  @Test
  void everyExampleOfTheDocumentationHasNoProblemAndItsTestsPass() throws IOException {
    List<String> examples =
        YAML_BLOCK
            .matcher(Files.readString(Path.of("../docs/rules.md")))
            .results()
            .map(block -> block.group(1))
            .toList();

    assertThat(examples).hasSizeGreaterThan(8);
    for (String example : examples) {
      RuleFiles file = RuleFiles.parse(example, example);
      assertThat(file).isInstanceOf(RuleFiles.Loaded.class);
      assertThat(((RuleFiles.Loaded) file).failures()).isEmpty();
      assertThat(((RuleFiles.Loaded) file).tests()).isNotEmpty();
    }
  }
}
