package io.detour.config;

import io.detour.core.Parsed;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Problems;
import io.detour.server.access.AccessOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads every {@link ConfigurationKey} from the nodes of a file. For one file. */
final class ConfigurationReader {
  private final Path file;
  private final Problems problems;
  private final Map<String, @Nullable Fields> sections = new HashMap<>();
  private final Set<ConfigurationKey<?>> done = new HashSet<>();
  private Configuration configuration = Configuration.defaults();

  /**
   * @param file paths in it are relative to its folder
   */
  ConfigurationReader(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The defaults with what the file says; what is wrong has been added to the problems. */
  @Nullable Configuration read(Node root) {
    if (root instanceof Node.Scalar scalar && scalar.text().isEmpty()) {
      return configuration;
    }
    Fields fields = Fields.of(root, "the file", ConfigurationKey.in(""), problems);
    if (fields == null) {
      return null;
    }
    sections.put("", fields);
    ConfigurationKey.all().forEach(this::get);
    return configuration;
  }

  /** What the file says, or the default. */
  private <T> T get(ConfigurationKey<T> key) {
    if (done.add(key)) {
      Fields fields = section(key.section());
      if (fields != null) {
        Entry entry = new Entry(this, fields, key.lastName());
        T value = key.kind().read(entry, key.usual());
        configuration = configuration.with(key, value);
      }
    }
    return configuration.get(key);
  }

  /** A mapping by its dotted name, or null if it is missing. */
  private @Nullable Fields section(String name) {
    if (!sections.containsKey(name)) {
      int dot = name.lastIndexOf('.');
      Fields parent = section(name.substring(0, Math.max(dot, 0)));
      sections.put(
          name,
          parent == null
              ? null
              : new Entry(this, parent, name.substring(dot + 1))
                  .section(ConfigurationKey.in(name)));
    }
    return sections.get(name);
  }

  /** A key of a mapping, with its value if it has one. */
  record Entry(ConfigurationReader reader, Fields fields, String key) {
    /** Another key, of a mapping that is part of this value. */
    Entry in(Fields part, String otherKey) {
      return new Entry(reader, part, otherKey);
    }

    /** The value of another key of the file, or its default. */
    <T> T get(ConfigurationKey<T> other) {
      return reader.get(other);
    }

    AccessOptions access() {
      get(ConfigurationKey.ACCESS_CLIENTS);
      get(ConfigurationKey.ACCESS_USERS);
      return reader.configuration.access();
    }

    @Nullable Node value() {
      return fields.optional(key);
    }

    Node.@Nullable Scalar text() {
      return fields.optionalText(key);
    }

    Node.@Nullable Scalar text(Node item) {
      return fields.text(key, item);
    }

    /** What a text was parsed into; null if it is malformed, which is reported. */
    <T> @Nullable T parsed(Node.Scalar text, Parsed<T> parsed, String expected) {
      return switch (parsed) {
        case Parsed.Value<T>(T value) -> value;
        case Parsed.Malformed<T>(String problem) -> {
          problem(text, ": " + problem + expected);
          yield null;
        }
      };
    }

    /** What items are read into, without those that are wrong. */
    static <T> List<T> each(List<Node> items, Function<Node, @Nullable T> reader) {
      List<T> values = new ArrayList<>();
      for (Node item : items) {
        T value = reader.apply(item);
        if (value != null) {
          values.add(value);
        }
      }
      return List.copyOf(values);
    }

    /** The items of a list; one value stands for a list of one. */
    List<Node> list() {
      return value() instanceof Node.Sequence list ? list.items() : fields.values(key);
    }

    /** The value as a mapping, or null if it is missing or none. */
    @Nullable Fields section(Keys keys) {
      Node node = value();
      return node == null ? null : mapping(node, '"' + key + '"', keys);
    }

    /**
     * @param what what the node is in a message: {@code a listener}
     */
    @Nullable Fields mapping(Node node, String what, Keys keys) {
      return Fields.of(node, what, keys, reader.problems);
    }

    /** The path that a text is, or null. */
    @Nullable Path path(Node.Scalar text) {
      try {
        return beside(Path.of(text.text()));
      } catch (InvalidPathException e) {
        unexpected(text, "the path of a file or folder");
        return null;
      }
    }

    /** A path that is relative to the folder of the file. */
    Path beside(Path path) {
      return reader.file.resolveSibling(path);
    }

    /** Reports what a value is and what was expected. */
    void unexpected(Node node, String expected) {
      problem(node, " (expected: " + expected + ")");
    }

    /** Reports what a value is and what is wrong with it. */
    void problem(Node node, String problem) {
      problem(node.at(), key + ": " + node.shown() + problem);
    }

    void problem(Location at, String message) {
      reader.problems.add(at, message);
    }
  }
}
