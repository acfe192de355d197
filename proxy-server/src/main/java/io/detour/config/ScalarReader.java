package io.detour.config;

import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads single values within their ranges. For one file. A value that is missing or wrong is the
 * usual one; what is wrong has been added to the problems.
 */
final class ScalarReader {
  /** A number that Detour chooses. */
  static final String AUTOMATIC = "auto";

  /** Something that is not used. */
  static final String OFF = "off";

  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

  private final Path file;
  private final Problems problems;

  /**
   * @param file paths in it are relative to its folder
   */
  ScalarReader(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The mapping of a key that may be missing. */
  @Nullable Fields section(Fields fields, String key, Keys keys) {
    Node node = fields.optional(key);
    return node == null ? null : Fields.of(node, '"' + key + '"', keys, problems);
  }

  /** The path that a text is, or null. */
  @Nullable Path path(String key, Node.Scalar text) {
    try {
      return file.resolveSibling(text.text());
    } catch (InvalidPathException e) {
      unexpected(text, key, "the path of a file or folder");
      return null;
    }
  }

  /** A path that is meant from the folder of the file. */
  Path beside(Path path) {
    return file.resolveSibling(path);
  }

  /** A duration. */
  Duration duration(Fields fields, String key, Duration least, Duration most, Duration usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    Duration duration = durationOf(node);
    if (duration != null && isWithin(least, duration, most)) {
      return duration;
    }
    unexpected(node, key, duration == null ? DurationText.EXPECTED : range(least, most));
    return usual;
  }

  /** A duration, or zero for {@code off}. */
  Duration durationOrOff(Fields fields, String key, Duration least, Duration most, Duration usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    if (isWord(node, OFF)) {
      return Duration.ZERO;
    }
    Duration duration = durationOf(node);
    if (duration != null && isWithin(least, duration, most)) {
      return duration;
    }
    unexpected(node, key, OFF + " or " + range(least, most));
    return usual;
  }

  private static @Nullable Duration durationOf(Node node) {
    return node instanceof Node.Scalar scalar ? DurationText.parse(scalar.text()) : null;
  }

  private static boolean isWithin(Duration least, Duration duration, Duration most) {
    return duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0;
  }

  private static String range(Duration least, Duration most) {
    return DurationText.of(least) + ".." + DurationText.of(most);
  }

  /** A number of bytes. */
  int bytes(Fields fields, String key, int least, int most, int usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    long bytes = node instanceof Node.Scalar scalar ? SizeText.parse(scalar.text()) : SizeText.NONE;
    if (bytes >= least && bytes <= most) {
      return (int) bytes;
    }
    String range = SizeText.of(least) + ".." + SizeText.of(most);
    unexpected(node, key, bytes == SizeText.NONE ? SizeText.EXPECTED : range);
    return usual;
  }

  /** A number. */
  int count(Fields fields, String key, int least, int most, int usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    Integer count = countOf(node, least, most);
    if (count == null) {
      unexpected(node, key, least + ".." + most);
      return usual;
    }
    return count;
  }

  /** A number, or {@link Configuration#AUTOMATIC}. */
  int countOrAutomatic(Fields fields, String key, int least, int most, int usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    if (isWord(node, AUTOMATIC)) {
      return Configuration.AUTOMATIC;
    }
    Integer count = countOf(node, least, most);
    if (count == null) {
      unexpected(node, key, AUTOMATIC + " or " + least + ".." + most);
      return usual;
    }
    return count;
  }

  /** A number, or 0 for {@code off}. */
  int countOrOff(Fields fields, String key, int least, int most, int usual) {
    Node node = fields.optional(key);
    if (node == null) {
      return usual;
    }
    if (isWord(node, OFF)) {
      return 0;
    }
    Integer count = countOf(node, least, most);
    if (count == null) {
      unexpected(node, key, OFF + " or " + least + ".." + most);
      return usual;
    }
    return count;
  }

  private static @Nullable Integer countOf(Node node, int least, int most) {
    if (node instanceof Node.Scalar scalar
        && scalar.type() == Node.Type.NUMBER
        && COUNT.matcher(scalar.text()).matches()) {
      int count = Integer.parseInt(scalar.text());
      return count >= least && count <= most ? count : null;
    }
    return null;
  }

  /** {@code true} or {@code false}. */
  boolean flag(Fields fields, String key, boolean usual) {
    return switch (fields.optional(key)) {
      case null -> usual;
      case Node.Scalar scalar when scalar.type() == Node.Type.BOOLEAN ->
          Boolean.parseBoolean(scalar.text());
      case Node node -> {
        unexpected(node, key, "true or false");
        yield usual;
      }
    };
  }

  /** Whether a value is one word, such as {@code off}. */
  static boolean isWord(Node node, String word) {
    return node instanceof Node.Scalar scalar && scalar.text().equals(word);
  }

  /** Says what a value is and what was expected. */
  void unexpected(Node node, String key, String expected) {
    problems.add(node.at(), key + ": " + node.shown() + " (expected: " + expected + ")");
  }
}
