package io.detour.server.parse.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Field lines of a header or trailer section in the order of the message (RFC 9110 5). Names stand
 * as they were sent and are compared without regard to case. Values are ISO-8859-1 without white
 * space around them: what is written again is the same bytes.
 *
 * <p>Immutable; any thread.
 */
public final class FieldLines {
  /** No lines. */
  public static final FieldLines NONE = new FieldLines();

  /** Names at even places, the value of each behind it. */
  private final String[] lines;

  /**
   * Names and values in turn.
   *
   * @throws IllegalArgumentException if a name has no value
   */
  FieldLines(String... lines) {
    if (lines.length % 2 != 0) {
      throw new IllegalArgumentException(
          "names and values: " + lines.length + " (expected: an even number)");
    }
    this.lines = lines;
  }

  /** Number of lines. */
  public int size() {
    return lines.length / 2;
  }

  /** The name of a line, 0 being the first. */
  public String name(int line) {
    return lines[2 * line];
  }

  /** The value of a line, 0 being the first. */
  public String value(int line) {
    return lines[2 * line + 1];
  }

  /** Whether a line has this name. */
  public boolean contains(String name) {
    return find(name) >= 0;
  }

  /** The value of the first line of this name, or null. */
  public @Nullable String first(String name) {
    int line = find(name);
    return line < 0 ? null : value(line);
  }

  /** Number of lines of this name. */
  public int count(String name) {
    int count = 0;
    for (int line = 0; line < size(); line++) {
      if (name(line).equalsIgnoreCase(name)) {
        count++;
      }
    }
    return count;
  }

  /** The values of all lines of this name. */
  public List<String> all(String name) {
    int line = find(name);
    if (line < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>();
    for (; line < size(); line++) {
      if (name(line).equalsIgnoreCase(name)) {
        values.add(value(line));
      }
    }
    return values;
  }

  /**
   * The elements of a list field (RFC 9110 5.6.1) over all lines of this name, without white space
   * around them and without the empty ones. Quotes have no meaning: for lists of tokens.
   */
  public List<String> tokens(String name) {
    List<String> tokens = elements(name);
    tokens.removeIf(String::isEmpty);
    return tokens;
  }

  /** Whether a list field has this element, compared without regard to case. */
  public boolean hasToken(String name, String token) {
    for (String element : elements(name)) {
      if (element.equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** The same as {@link #tokens}, with the empty ones. */
  List<String> elements(String name) {
    List<String> elements = new ArrayList<>();
    for (String value : all(name)) {
      for (int start = 0; start <= value.length(); ) {
        int comma = value.indexOf(',', start);
        int end = comma < 0 ? value.length() : comma;
        elements.add(value.substring(start, end).strip());
        start = end + 1;
      }
    }
    return elements;
  }

  /** The lines whose name, in lower case, is wanted, for more to be added. */
  Builder withNames(Predicate<String> wanted) {
    Builder some = new Builder();
    for (int line = 0; line < size(); line++) {
      if (wanted.test(name(line).toLowerCase(Locale.ROOT))) {
        some.add(name(line), value(line));
      }
    }
    return some;
  }

  /** The first line of this name, or -1. */
  private int find(String name) {
    for (int i = 0; i < lines.length; i += 2) {
      if (lines[i].equalsIgnoreCase(name)) {
        return i / 2;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldLines fields && Arrays.equals(fields.lines, lines);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lines);
  }

  /** How many lines: values are not for logs. */
  @Override
  public String toString() {
    return size() + " field lines";
  }

  /** Collects lines. One thread. */
  public static final class Builder {
    private final ArrayList<String> lines = new ArrayList<>();

    /** A line behind the others. */
    public Builder add(String name, String value) {
      lines.add(name);
      lines.add(value);
      return this;
    }

    /** All these lines behind the others. */
    public Builder addAll(FieldLines fields) {
      Collections.addAll(lines, fields.lines);
      return this;
    }

    /** Takes away every line of this name. */
    public Builder remove(String name) {
      for (int i = lines.size() - 2; i >= 0; i -= 2) {
        if (lines.get(i).equalsIgnoreCase(name)) {
          lines.subList(i, i + 2).clear();
        }
      }
      return this;
    }

    /** A line instead of every line of this name, behind the others. */
    public Builder set(String name, String value) {
      return remove(name).add(name, value);
    }

    /** The lines so far. */
    public FieldLines build() {
      return lines.isEmpty() ? NONE : new FieldLines(lines.toArray(String[]::new));
    }
  }
}
