package io.detour.config;

import io.detour.config.ConfigurationReader.Entry;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Node;
import io.detour.rules.document.Node.Location;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** How the value of a key is read from a configuration file and written to one. */
interface ValueKind<T> {
  String OFF = "off";

  /** A number that Detour chooses. */
  String AUTOMATIC = "auto";

  /** The value of a key; the usual one if it is missing or wrong, which is then reported. */
  T read(Entry entry, T usual);

  /** Adds the key with a value that reads back the same. */
  void write(ObjectNode section, String key, T value);

  /** The values of a key with a single value as the documents list them, else none. */
  default List<String> allowed() {
    return List.of();
  }

  /**
   * A single value from the command line.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  default T parse(String text) {
    throw new UnsupportedOperationException("not a single value");
  }

  /** Whether a value is one word, such as {@code off}. */
  static boolean isWord(Node node, String word) {
    return node instanceof Node.Scalar scalar && scalar.text().equals(word);
  }

  static Range<Duration> duration(Duration min, Duration max) {
    return new Range<>(
        min,
        max,
        scalar -> DurationText.parse(scalar.text()),
        DurationText::of,
        new Syntax("duration", DurationText.EXPECTED),
        null);
  }

  /** A duration, or zero for {@code off}. */
  static Range<Duration> durationOrOff(Duration min, Duration max) {
    return duration(min, max).or(OFF, Duration.ZERO);
  }

  static Range<Integer> size(int min, int max) {
    return new Range<>(
        min,
        max,
        scalar -> {
          long bytes = SizeText.parse(scalar.text());
          return bytes == SizeText.NONE ? null : (int) Math.min(bytes, Integer.MAX_VALUE);
        },
        bytes -> SizeText.of(bytes),
        new Syntax("size", SizeText.EXPECTED),
        null);
  }

  static Range<Integer> count(int min, int max) {
    return new Range<>(min, max, Range::count, String::valueOf, null, null);
  }

  /** A number, or {@link Configuration#AUTOMATIC}. */
  static Range<Integer> countOrAutomatic(int min, int max) {
    return count(min, max).or(AUTOMATIC, Configuration.AUTOMATIC);
  }

  /** A number, or 0 for {@code off}. */
  static Range<Integer> countOrOff(int min, int max) {
    return count(min, max).or(OFF, 0);
  }

  /** What a text has to be before it can be compared with bounds. */
  record Syntax(String noun, String expected) {}

  /** A word outside of a range, and what it means. */
  record Word<T>(String text, T value) {}

  /** Parses a value, or returns null if the text is none. */
  @FunctionalInterface
  interface Parser<T> {
    @Nullable T parse(Node.Scalar scalar);
  }

  /**
   * A value between two bounds.
   *
   * @param syntax named in messages about a text that is no value, or null to name the range
   * @param word allowed instead of a value in the range, or null
   */
  record Range<T extends Comparable<T>>(
      T min,
      T max,
      Parser<T> parser,
      Function<T, String> writer,
      @Nullable Syntax syntax,
      @Nullable Word<T> word)
      implements ValueKind<T> {
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    private Range<T> or(String text, T value) {
      return new Range<>(min, max, parser, writer, null, new Word<>(text, value));
    }

    private static @Nullable Integer count(Node.Scalar scalar) {
      return scalar.type() == Node.Type.NUMBER && COUNT.matcher(scalar.text()).matches()
          ? Integer.valueOf(scalar.text())
          : null;
    }

    @Override
    public T read(Entry entry, T usual) {
      Node node = entry.value();
      if (node == null) {
        return usual;
      }
      if (word != null && isWord(node, word.text())) {
        return word.value();
      }
      T value = node instanceof Node.Scalar scalar ? parser.parse(scalar) : null;
      if (value != null && isWithin(value)) {
        return value;
      }
      entry.unexpected(node, value == null && syntax != null ? syntax.expected() : expected());
      return usual;
    }

    @Override
    public T parse(String text) {
      if (word != null && text.equals(word.text())) {
        return word.value();
      }
      T value = parser.parse(new Node.Scalar(Location.FILE, Node.Type.NUMBER, text));
      if (value != null && isWithin(value)) {
        return value;
      }
      throw new IllegalArgumentException("'" + text + "' " + objection(value));
    }

    private String objection(@Nullable T value) {
      if (syntax == null || (value != null && value.compareTo(min) < 0)) {
        return "(expected: " + expected() + ")";
      }
      return value == null
          ? "is not a " + syntax.noun() + " (expected: " + syntax.expected() + ")"
          : "is too long (expected: " + writer.apply(max) + " at most)";
    }

    private boolean isWithin(T value) {
      return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }

    @Override
    public void write(ObjectNode section, String key, T value) {
      section.put(
          key, word != null && value.equals(word.value()) ? word.text() : writer.apply(value));
    }

    private String expected() {
      return String.join(" or ", allowed());
    }

    @Override
    public List<String> allowed() {
      String range = writer.apply(min) + ".." + writer.apply(max);
      return word == null ? List.of(range) : List.of(word.text(), range);
    }
  }

  /** A constant in lower case; messages call it by a noun. */
  record Words<E extends Enum<E>>(Class<E> type, String noun) implements ValueKind<E> {
    @Override
    public E read(Entry entry, E usual) {
      E constant = entry.fields().word(entry.key(), type);
      return constant == null ? usual : constant;
    }

    @Override
    public E parse(String text) {
      for (E constant : type.getEnumConstants()) {
        if (constant.name().equalsIgnoreCase(text)) {
          return constant;
        }
      }
      List<String> words = allowed();
      int last = words.size() - 1;
      String expected = String.join(", ", words.subList(0, last)) + " or " + words.get(last);
      throw new IllegalArgumentException(
          "'" + text + "' is no " + noun + " (expected: " + expected + ")");
    }

    @Override
    public void write(ObjectNode section, String key, E value) {
      section.put(key, Fields.wordOf(value));
    }

    @Override
    public List<String> allowed() {
      return Arrays.stream(type.getEnumConstants()).map(Fields::wordOf).toList();
    }
  }

  record Flag() implements ValueKind<Boolean> {
    @Override
    public Boolean read(Entry entry, Boolean usual) {
      return switch (entry.value()) {
        case null -> usual;
        case Node.Scalar scalar when scalar.type() == Node.Type.BOOLEAN ->
            Boolean.valueOf(scalar.text());
        case Node node -> {
          entry.unexpected(node, "true or false");
          yield usual;
        }
      };
    }

    @Override
    public void write(ObjectNode section, String key, Boolean value) {
      section.put(key, value);
    }

    @Override
    public List<String> allowed() {
      return List.of("true", "false");
    }
  }

  /** {@code on} or {@code off}. */
  record Switch() implements ValueKind<Boolean> {
    private static final String ON = "on";

    @Override
    public Boolean read(Entry entry, Boolean usual) {
      return switch (entry.value()) {
        case null -> usual;
        case Node node when isWord(node, ON) -> true;
        case Node node when isWord(node, OFF) -> false;
        case Node node -> {
          entry.unexpected(node, "on or off");
          yield usual;
        }
      };
    }

    @Override
    public void write(ObjectNode section, String key, Boolean value) {
      section.put(key, value ? ON : OFF);
    }

    @Override
    public List<String> allowed() {
      return List.of(ON, OFF);
    }
  }

  /** A value with a structure of its own. */
  record Structure<T>(BiFunction<Entry, T, T> reader, Writer<T> writer) implements ValueKind<T> {
    @FunctionalInterface
    interface Writer<T> {
      void write(ObjectNode section, String key, T value);
    }

    @Override
    public T read(Entry entry, T usual) {
      return reader.apply(entry, usual);
    }

    @Override
    public void write(ObjectNode section, String key, T value) {
      writer.write(section, key, value);
    }
  }
}
