package io.detour.config;

import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.dial.Parent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parent proxies. For one file. No problem shows the address of one, since that may hold
 * a password.
 */
final class ParentsReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");

  private final Problems problems;

  ParentsReader(Problems problems) {
    this.problems = problems;
  }

  /** The entries of {@code parents}, in the order of the file. */
  Map<String, Parent> parents(Fields file) {
    Map<String, Parent> parents = new LinkedHashMap<>();
    switch (file.optional("parents")) {
      case null -> {}
      case Node.Mapping mapping -> {
        for (Node.Entry entry : mapping.entries()) {
          Parent parent = parent(entry);
          if (parent != null) {
            parents.put(entry.key(), parent);
          }
        }
      }
      case Node node ->
          problems.add(
              node.at(),
              "\"parents\" is " + node.kind() + " (expected: a mapping of names to addresses)");
    }
    return parents;
  }

  private @Nullable Parent parent(Node.Entry entry) {
    if (!NAME.matcher(entry.key()).matches()) {
      problems.add(
          entry.at(),
          "name of a parent: "
              + shown(entry)
              + " (expected: 1 to 63 characters of a-z, 0-9 and -)");
    }
    if (!(entry.value() instanceof Node.Scalar address) || address.text().isEmpty()) {
      unexpected(entry, "it is " + entry.value().kind());
      return null;
    }
    return switch (Parent.parse(address.text())) {
      case Parsed.Value(Parent parent) -> parent;
      case Parsed.Malformed(String problem) -> {
        unexpected(entry, problem);
        yield null;
      }
    };
  }

  private void unexpected(Node.Entry entry, String problem) {
    problems.add(
        entry.value().at(), shown(entry) + ": " + problem + " (expected: " + Parent.EXPECTED + ")");
  }

  /** An address may stand where the name belongs. */
  private static String shown(Node.Entry entry) {
    return entry.key().indexOf('@') < 0 ? Printable.quoted(entry.key()) : Parent.MASK;
  }
}
