package io.detour.config;

import io.detour.server.decide.RuleSource;
import java.util.Collection;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Writes a configuration as a configuration file that says the same, but for the credentials of
 * parent proxies and of the ledger, which it masks. What is masked is refused when the file is
 * read.
 */
public final class ConfigurationYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .enable(YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private ConfigurationYaml() {}

  /** All keys, with the paths of files made absolute, so that the text may stand anywhere. */
  public static String of(Configuration configuration) {
    ObjectNode root = YAML.createObjectNode();
    ConfigurationKey.all().forEach(key -> write(root, key, configuration));
    String comment =
        configuration.rules() instanceof RuleSource.IfPresent usual
            ? "# rules: " + usual.path() + " of the current folder, if there is one\n"
            : "";
    return YAML.writeValueAsString(root).stripTrailing() + "\n" + comment;
  }

  private static <T> void write(
      ObjectNode root, ConfigurationKey<T> key, Configuration configuration) {
    ObjectNode section = root;
    for (String name : key.section().split("\\.", -1)) {
      section = name.isEmpty() ? section : section.withObjectProperty(name);
    }
    key.kind().write(section, key.lastName(), configuration.get(key));
  }

  static void putAll(ObjectNode section, String key, Collection<?> values) {
    ArrayNode list = section.putArray(key);
    values.forEach(value -> list.add(value.toString()));
  }
}
