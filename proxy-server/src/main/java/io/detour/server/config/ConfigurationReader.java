package io.detour.server.config;

import io.detour.core.relay.RelayMode;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import io.detour.server.reload.RuleSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the root of a configuration file. For one file. */
final class ConfigurationReader {
  private static final Keys FILE_KEYS =
      Keys.of(
              "listen",
              "forward",
              "admin",
              "rules",
              "rules_watch",
              "timeouts",
              "relay",
              "parents",
              "threads")
          .refusing("access", "limits", "resolver", "log", "ledger");
  private static final Keys ADMIN_KEYS = Keys.of("listen").refusing("hosts");
  private static final Keys RELAY_KEYS = Keys.of("mode", "pipe_size", "pipes", "busy_poll");
  private static final Keys TIMEOUT_KEYS =
      Keys.of(Arrays.stream(Timeout.values()).map(Fields::wordOf).toArray(String[]::new));

  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");
  private static final String AUTOMATIC = "auto";
  private static final String OFF = "off";

  private final Path file;
  private final Problems problems;
  private final ListenerReader listeners;

  /**
   * @param file paths in it are relative to its folder
   */
  ConfigurationReader(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
    this.listeners = new ListenerReader(problems);
  }

  /** The defaults with what the file says; what is wrong has been added to the problems. */
  @Nullable Configuration read(Node root) {
    Configuration defaults = Configuration.defaults();
    if (root instanceof Node.Scalar scalar && scalar.text().isEmpty()) {
      return defaults;
    }
    Fields fields = Fields.of(root, "the file", FILE_KEYS, problems);
    if (fields == null) {
      return null;
    }
    List<ListenAddress> clients = listeners.clients(fields, defaults.listen());
    List<Forward> forward = listeners.forward(fields);
    ListenAddress.Inet admin = admin(fields);
    RuleSource rules = rules(fields);
    Duration rulesWatch = rulesWatch(fields);
    Integer threads = countOrAutomatic(fields, "threads", 1, Configuration.MOST_THREADS);
    Configuration configuration =
        timeouts(fields, defaults)
            .withListen(clients)
            .withForward(forward)
            .withRelay(relay(fields, defaults.relay()))
            .withParents(new ParentsReader(problems).parents(fields));
    configuration = admin == null ? configuration : configuration.withAdmin(admin);
    configuration = rules == null ? configuration : configuration.withRules(rules);
    configuration = rulesWatch == null ? configuration : configuration.withRulesWatch(rulesWatch);
    return threads == null ? configuration : configuration.withThreads(threads);
  }

  private ListenAddress.@Nullable Inet admin(Fields file) {
    Fields fields = section(file, "admin", ADMIN_KEYS);
    return fields == null ? null : listeners.address("listen", fields.optionalText("listen"));
  }

  private @Nullable RuleSource rules(Fields fields) {
    if (fields.optional("rules") instanceof Node.Sequence list && list.items().isEmpty()) {
      return new RuleSource.Listed(List.of());
    }
    List<Path> paths = new ArrayList<>();
    for (Node.Scalar text : fields.texts("rules")) {
      try {
        paths.add(file.resolveSibling(text.text()));
      } catch (InvalidPathException e) {
        problems.add(
            text.at(), "rules: " + text.shown() + " (expected: the path of a file or folder)");
      }
    }
    return paths.isEmpty() ? null : new RuleSource.Listed(paths);
  }

  private @Nullable Duration rulesWatch(Fields fields) {
    Node node = fields.optional("rules_watch");
    if (node == null) {
      return null;
    }
    if (node instanceof Node.Scalar scalar && scalar.text().equals(OFF)) {
      return Duration.ZERO;
    }
    Duration rest = node instanceof Node.Scalar scalar ? DurationText.parse(scalar.text()) : null;
    if (rest != null
        && rest.compareTo(Configuration.LEAST_RULES_WATCH) >= 0
        && rest.compareTo(Configuration.MOST_RULES_WATCH) <= 0) {
      return rest;
    }
    String range =
        DurationText.of(Configuration.LEAST_RULES_WATCH)
            + ".."
            + DurationText.of(Configuration.MOST_RULES_WATCH);
    unexpected(node, "rules_watch", OFF + " or " + range);
    return null;
  }

  private Configuration timeouts(Fields file, Configuration defaults) {
    Fields fields = section(file, "timeouts", TIMEOUT_KEYS);
    Configuration configuration = defaults;
    if (fields != null) {
      for (Timeout timeout : Timeout.values()) {
        Node node = fields.optional(Fields.wordOf(timeout));
        Duration duration = node == null ? null : duration(timeout, node);
        if (duration != null) {
          configuration = configuration.withTimeout(timeout, duration);
        }
      }
    }
    return configuration;
  }

  private @Nullable Duration duration(Timeout timeout, Node node) {
    Duration duration =
        node instanceof Node.Scalar scalar ? DurationText.parse(scalar.text()) : null;
    if (duration != null && timeout.allows(duration)) {
      return duration;
    }
    String expected = duration == null ? DurationText.EXPECTED : timeout.range();
    unexpected(node, Fields.wordOf(timeout), expected);
    return null;
  }

  private RelayChoice relay(Fields file, RelayChoice defaults) {
    Fields fields = section(file, "relay", RELAY_KEYS);
    if (fields == null) {
      return defaults;
    }
    RelayMode mode = fields.word("mode", RelayMode.class);
    Node size = fields.optional("pipe_size");
    Integer pipes = countOrAutomatic(fields, "pipes", 0, RelayChoice.MOST_PIPES);
    Node poll = fields.optional("busy_poll");
    return new RelayChoice(
        mode == null ? defaults.mode() : mode,
        size == null ? defaults.pipeBytes() : pipeBytes(size),
        pipes == null ? defaults.pipes() : pipes,
        poll == null ? defaults.busyPoll() : busyPoll(poll));
  }

  private Duration busyPoll(Node node) {
    Duration duration =
        node instanceof Node.Scalar scalar ? DurationText.parse(scalar.text()) : null;
    if (duration != null && duration.compareTo(RelayChoice.MOST_BUSY_POLL) <= 0) {
      return duration;
    }
    String range = "0s.." + DurationText.of(RelayChoice.MOST_BUSY_POLL);
    unexpected(node, "busy_poll", duration == null ? DurationText.EXPECTED : range);
    return Duration.ZERO;
  }

  private int pipeBytes(Node node) {
    long bytes = node instanceof Node.Scalar scalar ? SizeText.parse(scalar.text()) : SizeText.NONE;
    if (bytes >= RelayChoice.LEAST_PIPE_BYTES && bytes <= RelayChoice.MOST_PIPE_BYTES) {
      return (int) bytes;
    }
    String range =
        SizeText.of(RelayChoice.LEAST_PIPE_BYTES) + ".." + SizeText.of(RelayChoice.MOST_PIPE_BYTES);
    unexpected(node, "pipe_size", bytes == SizeText.NONE ? SizeText.EXPECTED : range);
    return RelayChoice.LEAST_PIPE_BYTES;
  }

  /** A number, or null if the key is missing or its value is none. */
  private @Nullable Integer countOrAutomatic(Fields fields, String key, int least, int most) {
    Node node = fields.optional(key);
    if (node == null) {
      return null;
    }
    if (node instanceof Node.Scalar scalar) {
      if (scalar.text().equals(AUTOMATIC)) {
        return Configuration.AUTOMATIC;
      }
      if (scalar.type() == Node.Type.NUMBER && COUNT.matcher(scalar.text()).matches()) {
        int count = Integer.parseInt(scalar.text());
        if (count >= least && count <= most) {
          return count;
        }
      }
    }
    unexpected(node, key, AUTOMATIC + " or " + least + ".." + most);
    return null;
  }

  private @Nullable Fields section(Fields file, String key, Keys keys) {
    Node node = file.optional(key);
    return node == null ? null : Fields.of(node, '"' + key + '"', keys, problems);
  }

  private void unexpected(Node node, String key, String expected) {
    problems.add(node.at(), key + ": " + node.shown() + " (expected: " + expected + ")");
  }
}
