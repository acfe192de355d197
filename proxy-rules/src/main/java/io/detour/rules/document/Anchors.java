package io.detour.rules.document;

import io.detour.core.Printable;
import io.detour.rules.document.Document.Anchor;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node.Location;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The anchors of one document. An alias gets the anchored node itself, not a copy of what is in it;
 * how often that may happen is bounded by {@link Assembly#repeat}.
 */
final class Anchors {
  /** More are not told apart: a file with so many problems shows no further ones. */
  private static final int MAX_UNKNOWN = 1000;

  /** Each look for what was meant takes time with the number of anchors. */
  private static final int MAX_ADVISED = 20;

  private final Assembly assembly;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Entry> latest = new HashMap<>();
  private final List<Unknown> unknown = new ArrayList<>();

  /** An alias without an anchor above it, and the one that was probably meant, if any. */
  private record Unknown(String name, Location place, @Nullable String meant) {}

  Anchors(Assembly assembly) {
    this.assembly = assembly;
  }

  /** An anchor whose node is being read, or has been. */
  static final class Entry {
    private final String name;
    private final Location at;
    private final int depth;
    private final long nodesBefore;
    private final int outerDepth;
    private @Nullable Node node;
    private long nodes;
    private int height;
    private boolean used;

    private Entry(String name, Location at, int depth, long nodesBefore, int outerDepth) {
      this.name = name;
      this.at = at;
      this.depth = depth;
      this.nodesBefore = nodesBefore;
      this.outerDepth = outerDepth;
    }
  }

  Entry open(String name, Location at, int depth) {
    Entry entry = new Entry(name, at, depth, assembly.nodes(), assembly.measure(depth));
    entries.add(entry);
    Entry first = latest.put(name, entry);
    if (first != null) {
      assembly.problem(
          at,
          "anchor &%s is repeated (first in line %s)"
              .formatted(Printable.escaped(name), first.at.line()));
    }
    return entry;
  }

  void close(Entry entry, Node node) {
    entry.nodes = 1 + assembly.nodes() - entry.nodesBefore;
    entry.height = assembly.height(entry.depth, entry.outerDepth);
    entry.node = node;
  }

  /** What an alias stands for, or null after a problem. */
  @Nullable Node resolve(String name, Location place, int depth) {
    Entry entry = latest.get(name);
    if (entry == null) {
      assembly.refuseLater();
      if (unknown.size() < MAX_UNKNOWN) {
        String meant = unknown.size() < MAX_ADVISED ? Keys.closest(name, latest.keySet()) : null;
        unknown.add(new Unknown(name, place, meant));
      }
      return null;
    }
    entry.used = true;
    if (entry.node == null) {
      assembly.refuse(
          place,
          "alias *%s stands inside its own anchor (in line %s)"
              .formatted(Printable.escaped(name), entry.at.line()));
      return null;
    }
    assembly.repeat(place, entry.nodes, depth, entry.height);
    return switch (entry.node) {
      case Node.Mapping n -> new Node.Mapping(n.at().through(place), n.entries());
      case Node.Sequence n -> new Node.Sequence(n.at().through(place), n.items());
      case Node.Scalar n -> new Node.Scalar(n.at().through(place), n.type(), n.text());
    };
  }

  /** Adds the problems of aliases that have no anchor above them, once all anchors are known. */
  void refuseUnknown() {
    for (Unknown alias : unknown) {
      Entry below = latest.get(alias.name);
      String advice =
          below != null
              ? "it stands below, in line " + below.at.line()
              : alias.meant == null
                  ? "text that begins with * stands in quotes"
                  : "did you mean *" + Printable.escaped(alias.meant) + "?";
      String shown = Printable.escaped(alias.name);
      assembly.problem(
          alias.place,
          "alias *" + shown + " has no anchor &" + shown + " above it (" + advice + ")");
    }
  }

  List<Anchor> all() {
    return entries.stream().map(entry -> new Anchor(entry.name, entry.at, entry.used)).toList();
  }
}
