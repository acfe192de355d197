package io.detour;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The head of an answer.
 *
 * @param status of the first line
 * @param fields the values of each field, by its name in lower case
 * @param text all of it
 */
public record ResponseHead(int status, Map<String, List<String>> fields, String text) {
  static ResponseHead of(String text) {
    String[] lines = text.split("\r\n", -1);
    if (!lines[0].matches("HTTP/1\\.1 [1-5][0-9]{2} .*")) {
      throw new AssertionError("no status line: " + lines[0]);
    }
    Map<String, List<String>> fields =
        List.of(lines).subList(1, lines.length - 2).stream()
            .map(line -> line.split(": ", 2))
            .collect(
                groupingBy(
                    field -> field[0].toLowerCase(Locale.ROOT),
                    mapping(field -> field[1], toList())));
    return new ResponseHead(Integer.parseInt(lines[0].substring(9, 12)), fields, text);
  }

  /** The value of a field, empty when it is absent. */
  public String field(String name) {
    return String.join(", ", fields.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
  }
}
