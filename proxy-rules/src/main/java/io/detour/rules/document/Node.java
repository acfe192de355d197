package io.detour.rules.document;

import io.detour.core.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a YAML document and where it begins. */
public sealed interface Node {
  Location at();

  /** What a person calls this kind of value: {@code a list}. */
  String kind();

  /** What a message shows of it: the text in quotes, or the kind if there is none. */
  default String shown() {
    return this instanceof Scalar scalar && !scalar.text().isEmpty()
        ? Printable.quoted(scalar.text())
        : kind();
  }

  /** Keys with values; a key stands once. */
  record Mapping(Location at, List<Entry> entries) implements Node {
    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** A key and its value. */
  record Entry(String key, Location at, Node value) {}

  record Sequence(Location at, List<Node> items) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A single value, as it stands in the file without quotes. */
  record Scalar(Location at, Type type, String text) implements Node {
    @Override
    public String kind() {
      return switch (type) {
        case TEXT -> text.isEmpty() ? "empty" : "text";
        case NUMBER -> "a number";
        case BOOLEAN -> "true or false";
        case NULL -> "empty";
      };
    }
  }

  /** What YAML takes a single value for. */
  enum Type {
    TEXT,
    NUMBER,
    BOOLEAN,
    NULL
  }

  /**
   * A place in a file: line and column in characters from 1, or 0 for the file as a whole.
   *
   * @param alias the alias that put here what is written at this place, or null
   */
  record Location(int line, int column, @Nullable Location alias) {
    /** The file as a whole. */
    public static final Location FILE = new Location(0, 0);

    static final Location START = new Location(1, 1);

    /** A place without an alias. */
    public Location(int line, int column) {
      this(line, column, null);
    }

    /** The same place, reached through an alias. */
    Location through(Location place) {
      return new Location(line, column, place);
    }
  }
}
