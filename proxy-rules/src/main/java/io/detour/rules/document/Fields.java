package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Node.Location;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a mapping, read strictly: every key that is not expected and every value of the
 * wrong kind is a problem. What cannot be read is null, so that the caller goes on and finds more.
 */
public final class Fields {
  private final Location at;
  private final List<Node.Entry> entries;
  private final Problems problems;

  private Fields(Location at, List<Node.Entry> entries, Problems problems) {
    this.at = at;
    this.entries = entries;
    this.problems = problems;
  }

  /**
   * The fields of a node, or null if it is no mapping.
   *
   * @param what what the node is in a message: {@code a rule}, {@code "match"}
   */
  public static @Nullable Fields of(Node node, String what, Keys keys, Problems problems) {
    if (!(node instanceof Node.Mapping mapping)) {
      String joined = node instanceof Node.Scalar scalar ? joinedKey(scalar.text(), keys) : null;
      String expected =
          joined == null
              ? "expected: a mapping with " + String.join(", ", keys.known())
              : missingSpace(joined);
      problems.add(node.at(), what + " is " + node.kind() + " (" + expected + ")");
      return null;
    }
    return new Fields(mapping.at(), known(mapping.entries(), keys, problems), problems);
  }

  /** The same list if all keys are known, since there may be a million mappings. */
  private static List<Node.Entry> known(List<Node.Entry> entries, Keys keys, Problems problems) {
    int unknown = 0;
    for (Node.Entry entry : entries) {
      if (!keys.known().contains(entry.key())) {
        refuse(entry, keys, problems);
        unknown++;
      }
    }
    return unknown == 0
        ? entries
        : entries.stream().filter(entry -> keys.known().contains(entry.key())).toList();
  }

  private Node.@Nullable Entry entry(String key) {
    for (Node.Entry entry : entries) {
      if (entry.key().equals(key)) {
        return entry;
      }
    }
    return null;
  }

  private static void refuse(Node.Entry entry, Keys keys, Problems problems) {
    String joined = joinedKey(entry.key(), keys);
    String advice = joined != null ? missingSpace(joined) : Keys.advice(entry.key(), keys.known());
    problems.add(entry.at(), "unknown key " + Printable.quoted(entry.key()) + " (" + advice + ")");
  }

  /** The key that a text begins with if it is a key and a value with only a colon in between. */
  private static @Nullable String joinedKey(String text, Keys keys) {
    int colon = text.indexOf(':');
    String key = colon < 0 ? "" : text.substring(0, colon);
    return keys.known().contains(key) ? key : null;
  }

  private static String missingSpace(String key) {
    return "is a space missing behind \"" + key + ":\"?";
  }

  public Location at() {
    return at;
  }

  /** Where a key stands, or the mapping if the key is missing. */
  public Location at(String key) {
    Node.Entry entry = entry(key);
    return entry == null ? at : entry.at();
  }

  /** Whether no key of it can be read. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  public boolean has(String key) {
    return entry(key) != null;
  }

  /** The value of a key that may be missing. */
  public @Nullable Node optional(String key) {
    Node.Entry entry = entry(key);
    return entry == null ? null : entry.value();
  }

  /** The value of a key that has to be there. */
  public @Nullable Node required(String key) {
    Node node = optional(key);
    if (node == null) {
      problems.add(at, "key \"" + key + "\" is missing");
    }
    return node;
  }

  /** The fields of a key that may be missing. */
  public @Nullable Fields optionalFields(String key, Keys keys) {
    return fields(key, optional(key), keys);
  }

  /** The fields of a key that has to be there. */
  public @Nullable Fields requiredFields(String key, Keys keys) {
    return fields(key, required(key), keys);
  }

  private @Nullable Fields fields(String key, @Nullable Node node, Keys keys) {
    return node == null ? null : of(node, '"' + key + '"', keys, problems);
  }

  /** The text of a key that may be missing. */
  public Node.@Nullable Scalar optionalText(String key) {
    Node node = optional(key);
    return node == null ? null : text(key, node);
  }

  /** The text of a key that has to be there. */
  public Node.@Nullable Scalar requiredText(String key) {
    Node node = required(key);
    return node == null ? null : text(key, node);
  }

  /** The text of a key that may be missing, as one line to be shown to people. */
  public @Nullable String line(String key, int maxLength) {
    Node.Scalar text = optionalText(key);
    if (text == null) {
      return null;
    }
    if (text.text().length() > maxLength) {
      problems.add(text.at(), '"' + key + "\" is longer than " + maxLength + " characters");
    } else if (!Printable.isLine(text.text())) {
      problems.add(
          text.at(), '"' + key + "\" has a line break or another character that cannot be shown");
    }
    return text.text();
  }

  /** The texts of a key that may be missing; one text stands for a list of one. */
  public List<Node.Scalar> texts(String key) {
    List<Node> values = values(key);
    List<Node.Scalar> texts = new ArrayList<>(values.size());
    for (Node value : values) {
      Node.Scalar text = text(key, value);
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  /** The values of a key that may be missing; one value stands for a list of one. */
  public List<Node> values(String key) {
    return switch (optional(key)) {
      case null -> List.of();
      case Node.Sequence list -> {
        if (list.items().isEmpty()) {
          problems.add(list.at(), '"' + key + "\" is an empty list (expected: at least one entry)");
        }
        yield list.items();
      }
      case Node node -> List.of(node);
    };
  }

  /** The items of a key's list, or none if it is missing or no list. */
  public List<Node> items(String key) {
    return switch (optional(key)) {
      case null -> List.of();
      case Node.Sequence list -> list.items();
      case Node node -> {
        problems.add(node.at(), '"' + key + "\" is " + node.kind() + " (expected: a list)");
        yield List.of();
      }
    };
  }

  /** A constant written in lower case, or null if the key is missing or the word is none. */
  public <E extends Enum<E>> @Nullable E word(String key, Class<E> type) {
    Node node = optional(key);
    return node == null ? null : constant(key, node, type);
  }

  /** The same, or the usual constant instead of null. */
  public <E extends Enum<E>> E word(String key, E usual) {
    E word = word(key, usual.getDeclaringClass());
    return word == null ? usual : word;
  }

  /** The constants that a key's list names in lower case; one word stands for a list of one. */
  public <E extends Enum<E>> Set<E> words(String key, Class<E> type) {
    Set<E> constants = EnumSet.noneOf(type);
    for (Node node : values(key)) {
      E constant = constant(key, node, type);
      if (constant != null) {
        constants.add(constant);
      }
    }
    return constants;
  }

  private <E extends Enum<E>> @Nullable E constant(String key, Node node, Class<E> type) {
    E[] constants = type.getEnumConstants();
    String found = node instanceof Node.Scalar scalar ? scalar.text() : "";
    for (E constant : constants) {
      if (constant.name().equalsIgnoreCase(found) && wordOf(constant).equals(found)) {
        return constant;
      }
    }
    List<String> words = Arrays.stream(constants).map(Fields::wordOf).toList();
    String advice = Keys.advice(found.toLowerCase(Locale.ROOT), words);
    problems.add(node.at(), key + ": " + node.shown() + " (" + advice + ")");
    return null;
  }

  /** How a file writes a constant. */
  public static String wordOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A key's value, or an item of its list, as text. */
  public Node.@Nullable Scalar text(String key, Node node) {
    if (node instanceof Node.Scalar scalar
        && scalar.type() == Node.Type.TEXT
        && !scalar.text().isEmpty()) {
      return scalar;
    }
    problems.add(
        node.at(), '"' + key + "\" is " + node.kind() + " (expected: " + expectedText(node) + ")");
    return null;
  }

  /** Text, and how it is written if quotes were forgotten. */
  private static String expectedText(Node node) {
    String meant =
        switch (node) {
          case Node.Scalar scalar -> scalar.kind().equals("empty") ? "" : scalar.text();
          case Node.Mapping mapping -> template(mapping);
          case Node.Sequence list -> bracketedAddress(list);
        };
    return meant.isEmpty() ? "text" : "text, in quotes: \"" + Printable.escaped(meant) + '"';
  }

  /** {@code {prefix}} without quotes is a mapping with one key and no value. */
  private static String template(Node.Mapping mapping) {
    return mapping.entries().size() == 1
            && mapping.entries().getFirst().value() instanceof Node.Scalar value
            && value.text().isEmpty()
        ? '{' + mapping.entries().getFirst().key() + '}'
        : "";
  }

  /** An IPv6 address in brackets and without quotes is a list with one entry. */
  private static String bracketedAddress(Node.Sequence list) {
    return list.items().size() == 1
            && list.items().getFirst() instanceof Node.Scalar item
            && item.text().indexOf(':') >= 0
        ? '[' + item.text() + ']'
        : "";
  }

  public record Keys(List<String> known) {
    /** Longer words are not compared, since that takes time and memory by the square. */
    private static final int MAX_LENGTH = 200;

    /** Most changes of a letter that still count as a slip. */
    private static final int MAX_SLIPS = 2;

    public static Keys of(String... known) {
      return new Keys(List.of(known));
    }

    private static String advice(String word, Collection<String> words) {
      String meant = closest(word, words);
      return meant == null
          ? "expected: " + String.join(", ", words)
          : "did you mean \"" + meant + "\"?";
    }

    /** The word that was probably meant, or null. */
    public static @Nullable String closest(String word, Collection<String> words) {
      if (word.length() > MAX_LENGTH) {
        return null;
      }
      String closest = null;
      int fewest = Math.min(MAX_SLIPS, (word.length() - 1) / 2) + 1;
      for (String candidate : words) {
        boolean alike = Math.abs(candidate.length() - word.length()) < fewest;
        int slips = alike ? distance(word, candidate) : fewest;
        if (slips < fewest) {
          fewest = slips;
          closest = candidate;
        }
      }
      return closest;
    }

    /** Letters to insert, remove, replace or swap with the next to make one word of the other. */
    private static int distance(String a, String b) {
      int[][] slips = new int[a.length() + 1][b.length() + 1];
      for (int i = 0; i <= a.length(); i++) {
        for (int j = 0; j <= b.length(); j++) {
          if (i == 0 || j == 0) {
            slips[i][j] = i + j;
            continue;
          }
          boolean same = a.charAt(i - 1) == b.charAt(j - 1);
          int one = Math.min(slips[i - 1][j], slips[i][j - 1]) + 1;
          int least = Math.min(one, slips[i - 1][j - 1] + (same ? 0 : 1));
          boolean swapped =
              i > 1
                  && j > 1
                  && a.charAt(i - 1) == b.charAt(j - 2)
                  && a.charAt(i - 2) == b.charAt(j - 1);
          slips[i][j] = swapped ? Math.min(least, slips[i - 2][j - 2] + 1) : least;
        }
      }
      return slips[a.length()][b.length()];
    }
  }
}
