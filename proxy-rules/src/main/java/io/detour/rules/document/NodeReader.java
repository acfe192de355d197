package io.detour.rules.document;

import io.detour.rules.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLReadFeature;

/**
 * Reads one YAML document into nodes. For one thread, for one text.
 *
 * <p>What Detour never needs is refused where it stands, so that no text grows when it is read:
 * tags, aliases, further documents, deep nesting. A repeated key is a problem too, but the tree is
 * good without it.
 */
final class NodeReader {
  /** Deepest nesting of mappings and lists. */
  static final int MAX_DEPTH = 64;

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .loadSettings(
              LoadSettings.builder()
                  .setCodePointLimit(Document.MAX_BYTES)
                  .setAllowDuplicateKeys(true)
                  .build())
          .disable(YAMLReadFeature.EMPTY_STRING_AS_NULL)
          .build();

  private final YAMLParser parser;
  private final Problems problems;
  private boolean sound = true;

  private NodeReader(YAMLParser parser, Problems problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /**
   * The document in a text.
   *
   * @return the root, or null if a problem was found that leaves no tree to go on with
   */
  static @Nullable Node read(String text, Problems problems) {
    try (YAMLParser parser = (YAMLParser) YAML.createParser(ObjectReadContext.empty(), text)) {
      NodeReader reader = new NodeReader(parser, problems);
      try {
        Node root = reader.document();
        return reader.sound ? root : null;
      } catch (TooDeep e) {
        return null;
      } catch (JacksonException e) {
        reader.reportSyntax(e);
        return null;
      }
    }
  }

  private Node document() {
    if (parser.nextToken() == null) {
      return new Node.Scalar(Location.START, Node.Type.NULL, "");
    }
    Node root = node(0);
    if (parser.nextToken() != null) {
      refuse(location(), "a second YAML document is not allowed");
    }
    return root;
  }

  /** The node whose first token is the current one; leaves its last token current. */
  private Node node(int depth) {
    Location at = location();
    refuseAliasOrTag(at);
    if (depth > MAX_DEPTH) {
      refuse(at, "nested deeper than " + MAX_DEPTH + " levels");
      throw new TooDeep();
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(at, depth);
      case START_ARRAY -> sequence(at, depth);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(at, Node.Type.NUMBER);
      case VALUE_TRUE, VALUE_FALSE -> scalar(at, Node.Type.BOOLEAN);
      case VALUE_NULL -> scalar(at, Node.Type.NULL);
      default -> scalar(at, Node.Type.TEXT);
    };
  }

  private Node.Scalar scalar(Location at, Node.Type type) {
    String text = parser.getString();
    return new Node.Scalar(at, type, text == null ? "" : text);
  }

  private Node.Sequence sequence(Location at, int depth) {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(depth + 1));
    }
    return new Node.Sequence(at, items);
  }

  private Node.Mapping mapping(Location at, int depth) {
    List<Node.Entry> entries = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Location keyAt = location();
      String key = parser.getString();
      parser.nextToken();
      Node value = node(depth + 1);
      Integer firstLine = lines.putIfAbsent(key, keyAt.line());
      if (firstLine == null) {
        entries.add(new Node.Entry(key, keyAt, value));
      } else {
        problems.add(
            keyAt,
            "key " + Printable.quoted(key) + " is repeated (first in line " + firstLine + ")");
      }
    }
    return new Node.Mapping(at, entries);
  }

  private void refuseAliasOrTag(Location at) {
    if (parser.isCurrentAlias()) {
      refuse(at, "YAML aliases (*name) are not supported by this version");
    }
    if (parser.getTypeId() != null) {
      refuse(at, "YAML tags (!name) are not allowed");
    }
  }

  private void refuse(Location at, String message) {
    sound = false;
    problems.add(at, message);
  }

  private Location location() {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new Location(at.getLineNr(), at.getColumnNr());
  }

  private void reportSyntax(JacksonException e) {
    if (e.getCause() instanceof MarkedYamlEngineException marked) {
      Location at = marked.getProblemMark().map(NodeReader::location).orElse(Location.START);
      problems.add(at, "YAML syntax: " + Printable.escaped(marked.getProblem()) + context(marked));
    } else if (parser.streamReadContext().inObject()
        && parser.currentToken() != JsonToken.PROPERTY_NAME) {
      problems.add(location(), "a key is not plain text");
    } else {
      problems.add(location(), "YAML cannot be read: " + Printable.escaped(e.getOriginalMessage()));
    }
  }

  /** What the YAML parser was reading, and where that began, if it says so. */
  private static String context(MarkedYamlEngineException marked) {
    String context = marked.getContext();
    if (context == null || context.isEmpty()) {
      return "";
    }
    String begin =
        marked
            .getContextMark()
            .map(NodeReader::location)
            .map(at -> " that begins at " + at.line() + ':' + at.column())
            .orElse("");
    return " (" + Printable.escaped(context) + begin + ")";
  }

  private static Location location(Mark mark) {
    return new Location(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** Ends the reading of a text that nests too deep; the problem has been added. */
  private static final class TooDeep extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooDeep() {
      super("nested too deep", null, false, false);
    }
  }
}
