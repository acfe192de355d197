package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.cli.Main;
import io.detour.rules.file.RuleFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What {@code docs/migration.md}, {@code docs/ledger.md} and the README tell to type. */
class MigrationDocumentTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w+)\\n(.*?)```");

  static List<String> rules() throws IOException {
    return blocks("docs/migration.md", "yaml");
  }

  @ParameterizedTest
  @MethodSource("rules")
  void itsRulesHaveNoProblem(String text) {
    assertThat(RuleFiles.parse("migration.md", whole(text))).isInstanceOf(RuleFiles.Loaded.class);
  }

  /** Some show rules alone, and some a few keys of one. */
  private static String whole(String text) {
    if (text.startsWith("version:")) {
      return text;
    }
    return text.startsWith("rules:")
        ? "version: 1\n" + text
        : """
        version: 1
        rules:
          - name: erp
            match: { host: { exact: [erp.old.example.com] } }
            action: rewrite
            to: erp.new.example.com
        """
            + text;
  }

  static Stream<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    for (String document : List.of("docs/migration.md", "docs/ledger.md", "README.md")) {
      for (String block : blocks(document, "sh")) {
        block
            .lines()
            .filter(line -> line.startsWith("bin/detour "))
            .map(line -> line.replaceFirst("\\s+[#>].*", ""))
            .forEach(commands::add);
      }
    }
    return commands.stream().distinct();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void itsCommandsHaveTheseOptions(String command) {
    String[] arguments = command.substring("bin/detour ".length()).split(" +", -1);
    CommandLine.ParseResult parsed = Main.commandLine(Map.of()).parseArgs(arguments);
    assertThat(parsed.hasSubcommand() || arguments[0].startsWith("-")).isTrue();
  }

  private static List<String> blocks(String document, String language) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("..", document)));
    List<String> texts = new ArrayList<>();
    while (block.find()) {
      if (block.group(1).equals(language)) {
        texts.add(block.group(2));
      }
    }
    assertThat(texts).isNotEmpty();
    return texts;
  }
}
