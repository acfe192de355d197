package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.cli.CommandRun;
import io.detour.cli.Main;
import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.server.account.UseJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What {@code docs/migration.md}, {@code docs/ledger.md} and the README tell to type. */
class MigrationDocumentTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w+)\\n(.*?)```");
  private static final Pattern NEEDS_NETWORK = Pattern.compile(" --tls\\b| (run|reload)\\b");
  private static final String NAME = "erp.old.example.com";
  private static final String YESTERDAY =
      """
      2026-11-20T09:32:00.000Z INFO  decision client=10.20.1.9 requested=erp.old.example.com:443 \
      suffix=old.example.com
      """;

  @TempDir private Path folder;

  /** From the top to the end: each file as it stands, and each command on the file before it. */
  @Test
  void eachStepWorksOnTheRulesOfItsStep() throws IOException {
    Files.writeString(folder.resolve("access.log"), YESTERDAY);
    recordUseWithoutRule();
    Set<String> verbs = new TreeSet<>();
    for (Block block : blocks("docs/migration.md")) {
      if (block.language().equals("yaml")) {
        Files.writeString(folder.resolve("rules.yaml"), block.text());
        assertSucceeds("check rules.yaml", block.text());
      } else if (block.language().equals("sh")) {
        for (String command : block.commands()) {
          if (!NEEDS_NETWORK.matcher(command).find()) {
            verbs.add(command.split(" ", -1)[1]);
            assertSucceeds(command.substring("bin/detour ".length()), command);
          }
        }
      }
    }
    assertThat(verbs).containsExactly("check", "explain", "generate", "replay", "report");
  }

  private void assertSucceeds(String command, String description) {
    CommandRun run = CommandRun.detour(here(command));

    assertThat(run.exitCode())
        .as("%s%n%s%s", description, run.out(), run.err())
        .isEqualTo(command.startsWith("replay") ? 1 : 0);
    if (command.startsWith("replay")) {
      assertThat(run.out()).contains("would rewrite to erp.new.example.com:443");
    } else if (command.contains("--by host")) {
      assertThat(run.out()).contains(NAME);
    }
  }

  /** A command with the files of the folder, as if this were the current folder. */
  private String[] here(String command) {
    List<String> arguments = new ArrayList<>();
    for (String argument : command.split(" +", -1)) {
      boolean isFile = argument.equals("rules.yaml") || argument.equals("access.log");
      arguments.add(isFile ? folder.resolve(argument).toString() : argument);
    }
    if (!command.contains("rules.yaml")) {
      arguments.addAll(List.of("--rules", folder.resolve("rules.yaml").toString()));
    }
    if (command.startsWith("report")) {
      arguments.addAll(List.of("--ledger", ledger().toString()));
    }
    return arguments.toArray(String[]::new);
  }

  private LedgerUrl ledger() {
    return new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
  }

  private void recordUseWithoutRule() {
    String group = UseJournal.groupOfZone("old.example.com");
    long now = Instant.now().getEpochSecond();
    try (Ledger ledger =
        Ledger.open(LedgerOptions.defaults().withUrl(ledger()), InstantSource.system())) {
      ledger.used(new UseJournal.Use(group, NAME, "10.20.1.9", null, null, NAME + ":443", now));
    }
  }

  static Stream<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    for (String document : List.of("docs/migration.md", "docs/ledger.md", "README.md")) {
      blocks(document).stream()
          .filter(block -> block.language().equals("sh"))
          .forEach(block -> commands.addAll(block.commands()));
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

  private static List<Block> blocks(String document) throws IOException {
    List<Block> blocks =
        BLOCK
            .matcher(Files.readString(Path.of("..", document)))
            .results()
            .map(block -> new Block(block.group(1), block.group(2)))
            .toList();
    assertThat(blocks).isNotEmpty();
    return blocks;
  }

  /** What stands between two fences. */
  private record Block(String language, String text) {
    /** Its lines for {@code bin/detour}, without comments and redirections. */
    List<String> commands() {
      return text.lines()
          .filter(line -> line.startsWith("bin/detour "))
          .map(line -> line.replaceFirst("\\s+[#>].*", ""))
          .toList();
    }
  }
}
