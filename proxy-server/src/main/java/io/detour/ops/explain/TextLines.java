package io.detour.ops.explain;

import java.util.ArrayList;
import java.util.List;

/** Lines that each begin with a label of 8 characters. For one thread. */
final class TextLines {
  private final List<String> lines = new ArrayList<>();

  void add(String label, String content) {
    lines.add(String.format("%-8s%s", label, content));
  }

  List<String> all() {
    return List.copyOf(lines);
  }
}
