package io.detour.server.config;

import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.server.forward.Forward;
import io.detour.server.reload.RuleSource;
import java.time.Duration;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Writes a configuration as a configuration file that says the same, but for the credentials of
 * parent proxies, which it masks. What is masked is refused when the file is read.
 */
public final class ConfigurationYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .enable(YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private ConfigurationYaml() {}

  /** All keys, with the paths of the rules made absolute, so that the text may stand anywhere. */
  public static String of(Configuration configuration) {
    ObjectNode root = YAML.createObjectNode();
    ArrayNode listen = root.putArray("listen");
    configuration.listen().forEach(address -> listen.add(address.toString()));
    ArrayNode forwards = root.putArray("forward");
    configuration.forward().forEach(forward -> add(forwards.addObject(), forward));
    root.putObject("admin").put("listen", configuration.admin().toString());
    String comment = rules(root, configuration.rules());
    root.put("rules_watch", watch(configuration.rulesWatch()));
    ObjectNode timeouts = root.putObject("timeouts");
    for (Timeout timeout : Timeout.values()) {
      timeouts.put(Fields.wordOf(timeout), DurationText.of(configuration.timeout(timeout)));
    }
    RelayChoice choice = configuration.relay();
    ObjectNode relay = root.putObject("relay");
    relay.put("mode", Fields.wordOf(choice.mode()));
    relay.put("pipe_size", SizeText.of(choice.pipeBytes()));
    put(relay, "pipes", choice.pipes());
    relay.put("busy_poll", DurationText.of(choice.busyPoll()));
    ObjectNode parents = root.putObject("parents");
    configuration.parents().forEach((name, parent) -> parents.put(name, parent.toString()));
    put(root, "threads", configuration.threads());
    return YAML.writeValueAsString(root).stripTrailing() + "\n" + comment;
  }

  private static void add(ObjectNode entry, Forward forward) {
    switch (forward) {
      case Forward.Fixed fixed ->
          entry.put("listen", fixed.listen().toString()).put("to", fixed.target().toString());
      case Forward.Rendezvous rendezvous ->
          entry
              .putArray("rendezvous")
              .add(rendezvous.first().toString())
              .add(rendezvous.second().toString());
    }
  }

  /** Adds the key, or says in a comment what is meant without it. */
  private static String rules(ObjectNode root, RuleSource rules) {
    return switch (rules) {
      case RuleSource.Listed listed -> {
        ArrayNode paths = root.putArray("rules");
        listed.paths().forEach(path -> paths.add(path.toAbsolutePath().normalize().toString()));
        yield "";
      }
      case RuleSource.IfPresent usual ->
          "# rules: " + usual.path() + " of the current folder, if there is one\n";
    };
  }

  private static String watch(Duration rest) {
    return rest.isZero() ? "off" : DurationText.of(rest);
  }

  private static void put(ObjectNode node, String key, int count) {
    if (count == Configuration.AUTOMATIC) {
      node.put(key, "auto");
    } else {
      node.put(key, count);
    }
  }
}
