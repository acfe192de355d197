package io.detour.clients;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A request head as it stood on the wire.
 *
 * @param target byte for byte
 * @param fields {@code name: value}, in order
 */
record RequestHead(String method, String target, String version, List<String> fields) {
  static RequestHead of(String text) {
    List<String> lines = text.lines().filter(line -> !line.isEmpty()).toList();
    String[] start = lines.getFirst().split(" ", -1);
    return new RequestHead(start[0], start[1], start[2], lines.subList(1, lines.size()));
  }

  /** The values of all fields with this name. */
  List<String> values(String name) {
    return fields.stream()
        .filter(field -> field.regionMatches(true, 0, name + ':', 0, name.length() + 1))
        .map(field -> field.substring(name.length() + 1).strip())
        .toList();
  }

  /** The names of all fields, in lower case. */
  Stream<String> names() {
    return fields.stream()
        .map(field -> field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT));
  }
}
