package io.detour.cli;

import io.detour.core.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Rows of text in columns of equal width, fit for a terminal. */
final class TextTable {
  private static final String BETWEEN = "  ";

  private final Set<Integer> numbers;
  private final List<List<String>> rows = new ArrayList<>();

  /** With titles; columns of numbers, counted from 0, stand at their right edge. */
  TextTable(Set<Integer> numbers, String... titles) {
    this.numbers = Set.copyOf(numbers);
    rows.add(List.of(titles));
  }

  /** Adds a row. What does not fit a line of a terminal is escaped. */
  void add(List<String> cells) {
    rows.add(cells.stream().map(Printable::escaped).toList());
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** Lines, each with its end and without blanks before that. */
  String text() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String blanks = " ".repeat(widths[i] - width(row.get(i)));
        line.append(i == 0 ? "" : BETWEEN)
            .append(numbers.contains(i) ? blanks + row.get(i) : row.get(i) + blanks);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
