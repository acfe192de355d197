package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.AddressClass;
import io.detour.rules.document.Fields;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.PortSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/configuration.md} says what is so. */
class ConfigurationDocumentTest {
  /** Those with a table of their own. */
  private static final Map<String, String> SECTIONS =
      Map.of("access", "Access", "resolver", "Resolver", "pac", "The PAC file", "ledger", "Ledger");

  private static final Path FILE = Path.of("../docs/configuration.md");
  private static final Pattern YAML_BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern EXAMPLE_LINE =
      Pattern.compile(
          "(?m)^(?:# )?(?<indent> *)(?<key>[a-z][a-z0-9_]*):[^#\\n]*(?:# (?<comment>.+))?$");
  private static final Pattern KEY = Pattern.compile("(?m)^ *(?:- )?([a-z0-9_]+):");

  @Test
  void theFirstExampleIsTheDefaultsWithEveryKey() throws IOException {
    String example = examples().getFirst();

    assertThat(read(example)).isEqualTo(new ConfigurationFile.Loaded(Configuration.defaults()));
    List<String> keys = keys(ConfigurationYaml.of(Configuration.defaults()));
    assertThat(keys(example)).containsAll(keys).hasSameSizeAs(keys);
  }

  @Test
  void theExampleFileIsTheDefaultsWithEveryKeyAndWhatItIsFor() throws IOException {
    String example = Files.readString(Path.of("../detour.example.yaml"));

    assertThat(read(example)).isEqualTo(new ConfigurationFile.Loaded(Configuration.defaults()));
    List<String> keys = keys(ConfigurationYaml.of(Configuration.defaults()));
    assertThat(keys(example)).containsAll(keys).hasSameSizeAs(keys);
    assertThat(commentedKeys(example))
        .doesNotHaveDuplicates()
        .containsAll(ConfigurationKey.all().stream().map(ConfigurationKey::name).toList());
  }

  /** The dotted names, those of sections included, of the keys that say what they are for. */
  private static List<String> commentedKeys(String example) {
    List<String> path = new ArrayList<>();
    List<String> commented = new ArrayList<>();
    for (MatchResult line : EXAMPLE_LINE.matcher(example).results().toList()) {
      int depth = line.group("indent").length() / 2;
      path.subList(depth, path.size()).clear();
      path.add(line.group("key"));
      if (line.group("comment") != null) {
        commented.add(String.join(".", path));
      }
    }
    return commented;
  }

  @Test
  void everyExampleHasNoProblem() throws IOException {
    assertThat(examples()).hasSizeGreaterThan(1);
    for (String example : examples()) {
      assertThat(read(example)).as(example).isInstanceOf(ConfigurationFile.Loaded.class);
    }
  }

  @ParameterizedTest
  @MethodSource
  void theTablesHaveTheValuesOfEachKey(ConfigurationKey<?> key) throws IOException {
    String values =
        key.kind().allowed().stream()
            .map(value -> " `" + value + "`")
            .collect(Collectors.joining(",", " |", " |"));

    assertThat(Files.readString(FILE))
        .containsAnyOf(
            "\n| `" + key.name() + '`' + values, "\n| `" + key.lastName() + '`' + values);
  }

  static Stream<ConfigurationKey<?>> theTablesHaveTheValuesOfEachKey() {
    return ConfigurationKey.all().stream().filter(key -> !key.kind().allowed().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void theTablesHaveARowForEachKey(ConfigurationKey<?> key) throws IOException {
    String[] path = key.name().split("\\.", 2);
    String own = path.length == 2 ? SECTIONS.get(path[0]) : null;
    String text = section(own == null ? "All keys with their defaults" : own);

    assertThat(text).containsPattern("\n\\| `" + (own == null ? key.name() : path[1]) + "[`.]");
  }

  /** From one heading of the second level to the next. */
  private static String section(String heading) throws IOException {
    String text = Files.readString(FILE);
    int begin = text.indexOf("\n## " + heading + "\n");
    assertThat(begin).as(heading).isNotNegative();
    int end = text.indexOf("\n## ", begin + 1);
    return text.substring(begin, end < 0 ? text.length() : end);
  }

  static List<ConfigurationKey<?>> keys() {
    return ConfigurationKey.all();
  }

  @ParameterizedTest
  @EnumSource(AddressClass.class)
  void theTableHasEachClassOfAddresses(AddressClass each) throws IOException {
    assertThat(Files.readString(FILE)).contains("\n| `" + Fields.wordOf(each) + "` | ");
  }

  @Test
  void theDefaultsOfEachTableAreThose() throws IOException {
    String text = Files.readString(FILE);

    AccessOptions access = AccessOptions.defaults();
    assertThat(access.connectPorts()).isEqualTo(PortSet.of(80, 443, 8443));
    assertThat(text)
        .contains("| `connect_ports` | `any`, or list of ports and ranges | `[80, 443, 8443]` |")
        .contains("| `backlog` | `1..65535` | `" + ListenerOptions.DEFAULT_BACKLOG + "` |")
        .contains("| `ipv6` | `prefer`, `avoid`, `off` | `prefer` |");
  }

  private static List<String> examples() throws IOException {
    return YAML_BLOCK
        .matcher(Files.readString(FILE))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static List<String> keys(String text) {
    return KEY.matcher(text).results().map(key -> key.group(1)).toList();
  }

  private static ConfigurationFile read(String text) {
    return ConfigurationFile.parse(Path.of("detour.yaml"), text);
  }
}
