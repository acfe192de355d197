package io.detour.rules.document;

import io.detour.rules.document.Node.Location;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A document, as a tree of located nodes: of YAML, or of JSON if the name of the file ends in
 * {@code .json}. Both make the same nodes, and have the same bounds:
 *
 * <ul>
 *   <li>a file has at most {@value #MAX_BYTES} bytes and is UTF-8;
 *   <li>mappings and lists nest at most {@value #MAX_DEPTH} levels deep, aliases included;
 *   <li>the tree has at most {@value #MAX_NODES} nodes, and so has each item that is handed on;
 *   <li>aliases stand for at most 100,000 nodes, and ten more for each that is written.
 * </ul>
 *
 * @param root an empty scalar if there is nothing in the file
 * @param anchors in the order of the file; none in JSON
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

  /**
   * Reads a file. Blocks on the disk: not for an event loop.
   *
   * @param problems told everything that is wrong
   * @return null if a problem leaves no tree to go on with
   */
  public static @Nullable Document load(Path path, Problems problems) {
    return load(path, problems, Map.of());
  }

  /**
   * Reads a file of which some lists are too long for a tree. The items of such a list, which
   * stands at a key of the root, are handed on one by one in the order of the file, while the file
   * is read; the tree has an empty list in its place. An item with a problem of its own is not
   * handed on. What stands behind the list, be it a problem, is not known yet.
   *
   * @param problems told everything that is wrong
   * @param streamed by key, who takes the items, in this thread
   * @return null if a problem leaves no tree to go on with
   */
  public static @Nullable Document load(
      Path path, Problems problems, Map<String, Consumer<Node>> streamed) {
    Source source = Source.load(path, problems);
    return source == null ? null : read(path.toString(), source, problems, streamed);
  }

  /**
   * Reads a text, which is JSON if the file of the problems is.
   *
   * @param problems told everything that is wrong
   * @return as {@link #load(Path, Problems)}
   */
  public static @Nullable Document parse(String text, Problems problems) {
    return parse(text, problems, Map.of());
  }

  /**
   * Reads a text, which is JSON if the file of the problems is.
   *
   * @param problems told everything that is wrong
   * @param streamed by key, who takes the items, in this thread
   * @return as {@link #load(Path, Problems, Map)}
   */
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

  /**
   * An anchor of a YAML document, {@code &name}.
   *
   * @param name without the {@code &}
   * @param at where it stands
   * @param used whether an alias leads to it
   */
  public record Anchor(String name, Location at, boolean used) {}
}
