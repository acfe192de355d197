package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Assembly.MappingBuilder;
import io.detour.rules.document.Assembly.Unreadable;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Source.Positions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON text (RFC 8259) into nodes, from the tokens of Jackson. For one thread. There are
 * no anchors and no merge keys.
 */
final class JsonReader {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CHARSET_DETECTION).build();

  private final JsonParser tokens;
  private final Assembly assembly;
  private final Positions positions;
  private final int textBegin;

  /** Where the objects and lists begin that have no end yet. */
  private final Deque<Location> open = new ArrayDeque<>();

  private JsonReader(byte[] text, Assembly assembly) {
    this.assembly = assembly;
    this.positions = new Positions(text);
    this.textBegin = Positions.textBegin(text);
    this.tokens =
        JSON.createParser(ObjectReadContext.empty(), text, textBegin, text.length - textBegin);
  }

  static @Nullable Document read(Source source, Assembly assembly) {
    JsonReader reader = new JsonReader(source.bytes(), assembly);
    try (JsonParser _ = reader.tokens) {
      return assembly.document(reader.root(), List.of());
    } catch (Unreadable e) {
      return null;
    }
  }

  private Node root() {
    JsonToken first = next();
    if (first == null) {
      return new Node.Scalar(Location.START, Node.Type.NULL, "");
    }
    Node root = node(first, 0);
    if (next() != null) {
      throw assembly.stop(location(), "a second JSON value is not allowed");
    }
    return root;
  }

  private Node node(@Nullable JsonToken token, int depth) {
    Location at = location();
    assembly.node(at, depth);
    return switch (token) {
      case START_OBJECT -> mapping(at, depth);
      case START_ARRAY -> sequence(at, depth);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(at, Node.Type.NUMBER);
      case VALUE_TRUE, VALUE_FALSE -> scalar(at, Node.Type.BOOLEAN);
      case VALUE_NULL -> scalar(at, Node.Type.NULL);
      case null, default -> scalar(at, Node.Type.TEXT);
    };
  }

  private Node.Scalar scalar(Location at, Node.Type type) {
    try {
      return new Node.Scalar(at, type, tokens.getString());
    } catch (JacksonException e) {
      throw syntax(e);
    }
  }

  private Node.Sequence sequence(Location at, int depth) {
    List<Node> items = new ArrayList<>();
    open.push(at);
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      items.add(node(token, depth + 1));
    }
    open.pop();
    return new Node.Sequence(at, items);
  }

  private Node.Mapping mapping(Location at, int depth) {
    MappingBuilder mapping = new MappingBuilder(at, assembly);
    open.push(at);
    while (next() != JsonToken.END_OBJECT) {
      Location keyAt = location();
      String key = tokens.currentName();
      JsonToken value = next();
      boolean streamed =
          depth == 0
              && value == JsonToken.START_ARRAY
              && assembly.isStreamed(key)
              && !mapping.has(key);
      Node node = streamed ? handOn(key, location()) : node(value, depth + 1);
      mapping.add(new Node.Entry(key, keyAt, node));
    }
    open.pop();
    return mapping.build(depth + 1);
  }

  private Node handOn(String key, Location at) {
    open.push(at);
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      JsonToken item = token;
      assembly.handOn(key, () -> node(item, 2));
    }
    open.pop();
    return new Node.Sequence(at, List.of());
  }

  private @Nullable JsonToken next() {
    try {
      return tokens.nextToken();
    } catch (JacksonException e) {
      throw syntax(e);
    }
  }

  private Unreadable syntax(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    Location location = at == null || at.getByteOffset() < 0 ? location() : location(at);
    return assembly.stop(location, "JSON syntax: " + Printable.escaped(message(e)));
  }

  /** Jackson says of what is not closed where it begins, but in terms of its own source. */
  private String message(JacksonException e) {
    String message = e.getOriginalMessage();
    int jackson = message.indexOf(" (start marker at [Source");
    Location begin = open.peek();
    return jackson < 0 || begin == null
        ? message
        : "%s (it begins at %s:%s)"
            .formatted(message.substring(0, jackson), begin.line(), begin.column());
  }

  private Location location() {
    return location(tokens.currentTokenLocation());
  }

  /** Jackson counts columns in bytes, Detour in characters. */
  private Location location(TokenStreamLocation at) {
    return positions.at(textBegin + (int) at.getByteOffset());
  }
}
