package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Assembly.MappingBuilder;
import io.detour.rules.document.Assembly.Unreadable;
import io.detour.rules.document.Node.Location;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one YAML document into nodes, from the events of SnakeYAML Engine. For one thread. Tags,
 * further documents and deep nesting are refused. Plain values are typed by the JSON schema (YAML
 * 1.2.2 section 10.2), merge keys are those of https://yaml.org/type/merge.html.
 */
final class YamlReader {
  private static final String MERGE_KEY = "<<";

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(Document.MAX_BYTES).build();

  private final Source source;
  private final Assembly assembly;
  private final Anchors anchors;
  private final BoundedLookahead text;
  private final ParserImpl events;

  private YamlReader(Source source, Assembly assembly) {
    this.source = source;
    this.assembly = assembly;
    this.anchors = new Anchors(assembly);
    this.text = new BoundedLookahead(source.reader());
    this.events = new ParserImpl(SETTINGS, text.characters());
  }

  static @Nullable Document read(Source source, Assembly assembly) {
    YamlReader reader = new YamlReader(source, assembly);
    try {
      return assembly.document(reader.root(), reader.anchors.all());
    } catch (Unreadable e) {
      return null;
    } finally {
      reader.anchors.refuseUnknown();
    }
  }

  private Node root() {
    next(); // the beginning of the stream
    Event begin = next();
    if (begin.getEventId() == Event.ID.StreamEnd) {
      return new Node.Scalar(Location.START, Node.Type.NULL, "");
    }
    Node root = node(next(), 0);
    next(); // the end of the document
    Event end = next();
    if (end.getEventId() != Event.ID.StreamEnd) {
      assembly.refuse(location(end), "a second YAML document is not allowed");
    }
    return root;
  }

  private Node node(Event event, int depth) {
    Location at = location(event);
    if (event instanceof AliasEvent alias) {
      Node node = alias(alias, at, depth);
      return node == null ? new Node.Mapping(at, List.of()) : node;
    }
    assembly.node(at, depth);
    Optional<?> anchor = ((NodeEvent) event).getAnchor();
    if (anchor.isEmpty()) {
      return unanchored(event, at, depth);
    }
    Anchors.Entry entry = anchors.open(anchor.get().toString(), at, depth);
    Node node = unanchored(event, at, depth);
    anchors.close(entry, node);
    return node;
  }

  private @Nullable Node alias(AliasEvent alias, Location at, int depth) {
    return anchors.resolve(alias.getAnchor().orElseThrow().getValue(), at, depth);
  }

  private Node unanchored(Event event, Location at, int depth) {
    if (event instanceof ScalarEvent scalar) {
      refuseTag(scalar.getTag(), at);
      String value = scalar.getValue();
      Node.Type type = scalar.isPlain() ? PlainScalar.typeOf(value) : Node.Type.TEXT;
      return new Node.Scalar(at, type, value);
    }
    refuseTag(((CollectionStartEvent) event).getTag(), at);
    return event.getEventId() == Event.ID.MappingStart ? mapping(at, depth) : sequence(at, depth);
  }

  private Node.Sequence sequence(Location at, int depth) {
    List<Node> items = new ArrayList<>();
    for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
      items.add(node(event, depth + 1));
    }
    return new Node.Sequence(at, items);
  }

  private Node.Mapping mapping(Location at, int depth) {
    MappingBuilder mapping = new MappingBuilder(at, assembly);
    for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
      Location keyAt = location(event);
      String key = key(event, keyAt, depth + 1);
      Event value = next();
      if (key.equals(MERGE_KEY) && event instanceof ScalarEvent scalar && scalar.isPlain()) {
        mapping.merge(new Node.Entry(key, keyAt, node(value, depth + 1)));
      } else if (depth == 0 && isStreamed(key, value) && !mapping.has(key)) {
        mapping.add(new Node.Entry(key, keyAt, handOn(key, location(value))));
      } else {
        mapping.add(new Node.Entry(key, keyAt, node(value, depth + 1)));
      }
    }
    return mapping.build(depth + 1);
  }

  /** An anchored list is read whole, since an alias may want it. */
  private boolean isStreamed(String key, Event value) {
    return assembly.isStreamed(key)
        && value.getEventId() == Event.ID.SequenceStart
        && ((NodeEvent) value).getAnchor().isEmpty()
        && ((CollectionStartEvent) value).getTag().isEmpty();
  }

  private Node handOn(String key, Location at) {
    for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
      Event item = event;
      assembly.handOn(key, () -> node(item, 2));
    }
    return new Node.Sequence(at, List.of());
  }

  private String key(Event event, Location at, int depth) {
    if (event instanceof ScalarEvent scalar) {
      refuseTag(scalar.getTag(), at);
      String text = scalar.getValue();
      if (scalar.getAnchor().isPresent()) {
        Anchors.Entry entry = anchors.open(scalar.getAnchor().get().getValue(), at, depth);
        anchors.close(entry, new Node.Scalar(at, Node.Type.TEXT, text));
      }
      return text;
    }
    if (event instanceof AliasEvent alias) {
      Node key = alias(alias, at, depth);
      if (key == null || key instanceof Node.Scalar) {
        return key instanceof Node.Scalar scalar ? scalar.text() : "";
      }
    }
    String advice =
        event.getEventId() == Event.ID.MappingStart ? " (put a template in quotes)" : "";
    throw assembly.stop(at, "a key is not plain text" + advice);
  }

  private void refuseTag(Optional<String> tag, Location at) {
    if (tag.isPresent()) {
      assembly.refuse(
          at, "YAML tags (!name) are not allowed (text that begins with ! stands in quotes)");
    }
  }

  private Event next() {
    try {
      return events.next();
    } catch (MarkedYamlEngineException e) {
      SyntaxProblem problem = SyntaxProblem.of(e, source);
      throw assembly.stop(problem.at(), problem.message());
    } catch (YamlVersionException e) {
      throw assembly.stop(Location.START, "another version of YAML than 1.x is asked for");
    } catch (NumberFormatException e) {
      // SnakeYAML Engine 3.0 lets it through when eight digits are more than an int.
      throw assembly.stop(reached(), "an escape stands for no character (at most \\U0010FFFF)");
    } catch (YamlEngineException e) {
      throw assembly.stop(
          reached(),
          text.isExceeded()
              ? "a word or a line is longer than " + BoundedLookahead.MAX_CHARACTERS + " characters"
              : "YAML cannot be read: " + Printable.escaped(String.valueOf(e.getMessage())));
    }
  }

  private Location reached() {
    StreamReader characters = text.characters();
    return new Location(characters.getLine() + 1, characters.getColumn() + 1);
  }

  private static Location location(Event event) {
    return SyntaxProblem.location(event.getStartMark().orElseThrow());
  }

  /**
   * Feeds SnakeYAML's {@link StreamReader} as long as that gets on. It copies all that it looks
   * ahead at with every refill, so that a word of many megabytes would take minutes and four times
   * its size.
   */
  private static final class BoundedLookahead extends FilterReader {
    /** Longest word, line of a text block, or comment. */
    static final int MAX_CHARACTERS = 64 << 10;

    private static final int REFILL = 4096;

    private static final LoadSettings SETTINGS =
        LoadSettings.builder().setBufferSize(REFILL).build();

    private final StreamReader characters;
    private int indexAtRefill;
    private int refillsInVain;

    BoundedLookahead(Reader text) {
      super(text);
      this.characters = new StreamReader(SETTINGS, this);
    }

    StreamReader characters() {
      return characters;
    }

    boolean isExceeded() {
      return refillsInVain * REFILL > MAX_CHARACTERS;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      boolean stands = characters.getIndex() == indexAtRefill;
      indexAtRefill = characters.getIndex();
      refillsInVain = stands ? refillsInVain + 1 : 0;
      if (isExceeded()) {
        throw new IOException("too far ahead");
      }
      return super.read(buffer, offset, length);
    }
  }

  /** What YAML takes a value without quotes for, by its JSON schema (YAML 1.2.2 section 10.2). */
  private static final class PlainScalar {
    private static final Pattern NUMBER =
        Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|-?\\.inf|\\.nan");

    private PlainScalar() {}

    static Node.Type typeOf(String text) {
      if (text.isEmpty()) {
        return Node.Type.NULL;
      }
      return switch (text.charAt(0)) {
        case '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
            NUMBER.matcher(text).matches() ? Node.Type.NUMBER : Node.Type.TEXT;
        case 't' -> text.equals("true") ? Node.Type.BOOLEAN : Node.Type.TEXT;
        case 'f' -> text.equals("false") ? Node.Type.BOOLEAN : Node.Type.TEXT;
        case 'n' -> text.equals("null") ? Node.Type.NULL : Node.Type.TEXT;
        default -> Node.Type.TEXT;
      };
    }
  }
}
