package io.detour.rules.document;

import io.detour.core.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the entries of one mapping, in which a key stands once. */
final class MappingBuilder {
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

  /**
   * The mapping.
   *
   * @param depth of its entries
   */
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
