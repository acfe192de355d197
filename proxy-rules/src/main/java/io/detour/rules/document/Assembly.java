package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Document.Anchor;
import io.detour.rules.document.Node.Location;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the readers of both formats share: the problems, the bounds of {@link Document}, and the
 * handing on of items. For one document, for one thread.
 */
final class Assembly {
  /** Nodes that aliases may stand for in any document, and for each node that is written. */
  private static final int FREE_REPEATS = 100_000;

  private static final int MAX_GROWTH = 10;

  private final Problems problems;
  private final Map<String, Consumer<Node>> streamed;

  /** Whether what has been read can be used. */
  private boolean sound = true;

  /** Nodes of the text so far. */
  private long written;

  /** Nodes that aliases and merges have put beside them. */
  private long repeated;

  /** Nodes of the text that are held: items that were handed on are not. */
  private long held;

  /** How many anchors hold on to a node. */
  private int anchored;

  /** The deepest level since it was last set, aliases included. */
  private int deepest;

  Assembly(Problems problems, Map<String, Consumer<Node>> streamed) {
    this.problems = problems;
    this.streamed = streamed;
  }

  void node(Location at, int depth) {
    if (depth > Document.MAX_DEPTH) {
      throw tooDeep(at);
    }
    deepest = Math.max(deepest, depth);
    written++;
    if (++held > Document.MAX_NODES) {
      throw stop(at, "has more than " + Document.MAX_NODES + " values up to here");
    }
  }

  /** Takes note of nodes that stand in one more place without being written there. */
  void repeat(Location at, long nodes, int depth, int height) {
    if (depth + height > Document.MAX_DEPTH) {
      throw tooDeep(at);
    }
    deepest = Math.max(deepest, depth + height);
    repeated += nodes;
    if (repeated > FREE_REPEATS + MAX_GROWTH * written) {
      throw stop(
          at,
          "aliases stand for more than %s values up to here"
              .formatted(FREE_REPEATS + MAX_GROWTH * written));
    }
  }

  private Unreadable tooDeep(Location at) {
    return stop(at, "nested deeper than " + Document.MAX_DEPTH + " levels");
  }

  /** Nodes so far, where an alias counts as what it stands for. */
  long nodes() {
    return written + repeated;
  }

  /** Begins the measuring of an anchored node's height; the result is for {@link #height}. */
  int measure(int depth) {
    int outer = deepest;
    deepest = depth;
    anchored++;
    return outer;
  }

  /** How many levels there are below an anchored node that has been read. */
  int height(int depth, int outer) {
    int height = deepest - depth;
    deepest = Math.max(outer, deepest);
    return height;
  }

  /** Adds a problem that leaves the tree good. */
  void problem(Location at, String message) {
    problems.add(at, message);
  }

  /** Adds a problem with which the reading goes on, but to no tree. */
  void refuse(Location at, String message) {
    sound = false;
    problems.add(at, message);
  }

  /** Takes note that a problem is going to be added with which there is no tree. */
  void refuseLater() {
    sound = false;
  }

  /** Adds a problem that ends the reading when the result is thrown. */
  Unreadable stop(Location at, String message) {
    refuse(at, message);
    return new Unreadable();
  }

  boolean isStreamed(String key) {
    return streamed.containsKey(key);
  }

  /** Reads an item, hands it on if it is good, and forgets it. */
  void handOn(String key, Supplier<Node> item) {
    boolean soundBefore = sound;
    long heldBefore = held;
    int anchoredBefore = anchored;
    sound = true;
    Node node = item.get();
    Consumer<Node> consumer = streamed.get(key);
    if (sound && consumer != null) {
      consumer.accept(node);
    }
    sound &= soundBefore;
    held = anchored == anchoredBefore ? heldBefore : held;
  }

  /** The document, or null if a problem leaves none. */
  @Nullable Document document(Node root, List<Anchor> anchors) {
    return sound ? new Document(withoutStreamed(root), anchors) : null;
  }

  /** Hands on the items that an anchor, an alias or a merge has brought into the tree. */
  private Node withoutStreamed(Node root) {
    if (streamed.isEmpty() || !(root instanceof Node.Mapping mapping)) {
      return root;
    }
    List<Node.Entry> entries = new ArrayList<>();
    for (Node.Entry entry : mapping.entries()) {
      Consumer<Node> consumer = streamed.get(entry.key());
      if (consumer != null && entry.value() instanceof Node.Sequence list) {
        list.items().forEach(consumer);
        Node empty = new Node.Sequence(list.at(), List.of());
        entries.add(new Node.Entry(entry.key(), entry.at(), empty));
      } else {
        entries.add(entry);
      }
    }
    return new Node.Mapping(mapping.at(), entries);
  }

  /** Ends the reading of a document that cannot be gone on with; the problem has been added. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable() {
      super("the problem has been added", null, false, false);
    }
  }

  /** Collects the entries of one mapping, in which a key stands once. */
  static final class MappingBuilder {
    /** So many keys are looked through faster than they are hashed. */
    private static final int FEW = 12;

    private final Location at;
    private final Assembly assembly;
    private final List<Node.Entry> entries = new ArrayList<>();
    private @Nullable Map<String, Node.Entry> byKey;
    private Node.@Nullable Entry merge;

    MappingBuilder(Location at, Assembly assembly) {
      this.at = at;
      this.assembly = assembly;
    }

    boolean has(String key) {
      return find(key) != null;
    }

    /** Adds an entry; a repeated one is a problem, and the tree is good without it. */
    void add(Node.Entry entry) {
      Node.Entry first = find(entry.key());
      if (first == null) {
        append(entry);
      } else {
        refuseRepeated(entry, first);
      }
    }

    /** Takes the value of the merge key; what it has is added behind the mapping's own entries. */
    void merge(Node.Entry entry) {
      if (merge == null) {
        merge = entry;
      } else {
        refuseRepeated(entry, merge);
      }
    }

    private void refuseRepeated(Node.Entry entry, Node.Entry first) {
      String key = Printable.quoted(entry.key());
      assembly.problem(
          entry.at(), "key " + key + " is repeated (first in line " + first.at().line() + ")");
    }

    Node.Mapping build(int depth) {
      if (merge != null) {
        switch (merge.value()) {
          case Node.Mapping mapping -> mergeEntries(mapping, depth);
          case Node.Sequence list -> list.items().forEach(item -> mergeItem(item, depth));
          case Node.Scalar scalar -> refuseMerge(scalar, "");
        }
      }
      return new Node.Mapping(at, entries);
    }

    private void mergeItem(Node item, int depth) {
      if (item instanceof Node.Mapping mapping) {
        mergeEntries(mapping, depth);
      } else {
        refuseMerge(item, "an entry of ");
      }
    }

    private void refuseMerge(Node value, String what) {
      assembly.refuse(
          value.at(),
          what + "\"<<\" is " + value.kind() + " (expected: a mapping, or a list of mappings)");
    }

    private void mergeEntries(Node.Mapping mapping, int depth) {
      assembly.repeat(mapping.at(), mapping.entries().size(), depth, 0);
      for (Node.Entry entry : mapping.entries()) {
        if (!has(entry.key())) {
          append(entry);
        }
      }
    }

    private void append(Node.Entry entry) {
      entries.add(entry);
      if (byKey != null) {
        byKey.put(entry.key(), entry);
      }
    }

    private Node.@Nullable Entry find(String key) {
      if (byKey == null && entries.size() >= FEW) {
        byKey = new HashMap<>();
        for (Node.Entry entry : entries) {
          byKey.put(entry.key(), entry);
        }
      }
      if (byKey != null) {
        return byKey.get(key);
      }
      for (Node.Entry entry : entries) {
        if (entry.key().equals(key)) {
          return entry;
        }
      }
      return null;
    }
  }
}
