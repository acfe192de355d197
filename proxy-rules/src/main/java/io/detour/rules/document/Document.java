package io.detour.rules.document;

import io.detour.rules.document.Node.Location;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A YAML document, or JSON if the name of the file ends in {@code .json}, as a tree of located
 * nodes; an empty file is an empty scalar. The bounds:
 *
 * <ul>
 *   <li>{@value #MAX_BYTES} bytes of UTF-8, {@value #MAX_DEPTH} levels, aliases included;
 *   <li>{@value #MAX_NODES} nodes in the tree, and in each item that is handed on;
 *   <li>aliases stand for at most 100,000 nodes, and ten more for each that is written.
 * </ul>
 */
public record Document(Node root, List<Anchor> anchors) {
  /** The largest file that is read. */
  public static final int MAX_BYTES = 16 << 20;

  /** Deepest nesting of mappings and lists. */
  public static final int MAX_DEPTH = 64;

  /** Most mappings, lists and values that are held at once. */
  public static final int MAX_NODES = 1_000_000;

  private static final String JSON = ".json";

  public Document {
    anchors = List.copyOf(anchors);
  }

  /** Reads a file; null if a problem leaves no tree. Blocks on the disk: not for an event loop. */
  public static @Nullable Document load(Path path, Problems problems) {
    return load(path, problems, Map.of());
  }

  /**
   * Reads a file, handing on the items of some lists of the root one by one while it is read; the
   * tree has empty lists in their place. An item with a problem of its own is not handed on.
   *
   * @param streamed by key, who takes the items, in this thread
   * @return null if a problem leaves no tree to go on with
   */
  public static @Nullable Document load(
      Path path, Problems problems, Map<String, Consumer<Node>> streamed) {
    Source source = Source.load(path, problems);
    return source == null ? null : read(path.toString(), source, problems, streamed);
  }

  /** Reads a text, which is JSON if the file of the problems is; like {@code load}. */
  public static @Nullable Document parse(String text, Problems problems) {
    return parse(text, problems, Map.of());
  }

  /** Reads a text, which is JSON if the file of the problems is; like {@code load}. */
  public static @Nullable Document parse(
      String text, Problems problems, Map<String, Consumer<Node>> streamed) {
    Source source = Source.of(text, problems);
    return source == null ? null : read(problems.file(), source, problems, streamed);
  }

  private static @Nullable Document read(
      String name, Source source, Problems problems, Map<String, Consumer<Node>> streamed) {
    Assembly assembly = new Assembly(problems, streamed);
    return name.endsWith(JSON)
        ? JsonReader.read(source, assembly)
        : YamlReader.read(source, assembly);
  }

  /** A YAML anchor, its name without the {@code &}, and whether an alias leads to it. */
  public record Anchor(String name, Location at, boolean used) {}
}
