package io.detour.config;

import io.detour.core.AddressClass;
import io.detour.core.Parsed;
import io.detour.core.Subnet;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code access}. For one file. */
final class AccessReader {
  /** Every port. */
  static final String ANY = "any";

  private static final Keys KEYS =
      Keys.of("clients", "users", "connect_ports", "forward_ports", "strict_host", "destinations");
  private static final Keys DESTINATION_KEYS = Keys.of("deny", "allow");
  private static final List<String> CLASSES =
      Arrays.stream(AddressClass.values()).map(Fields::wordOf).toList();
  private static final Pattern WORD = Pattern.compile("[A-Za-z_]+");

  private final ScalarReader scalars;
  private final Problems problems;

  AccessReader(ScalarReader scalars, Problems problems) {
    this.scalars = scalars;
    this.problems = problems;
  }

  /** What the file says, and the usual where it says nothing. */
  AccessOptions access(Fields file, AccessOptions usual) {
    Fields fields = scalars.section(file, "access", KEYS);
    return fields == null
        ? usual
        : new AccessOptions(
            clients(fields),
            users(fields),
            ports(fields, "connect_ports", usual.connectPorts()),
            ports(fields, "forward_ports", usual.forwardPorts()),
            scalars.flag(fields, "strict_host", usual.strictHost()),
            destinations(fields, usual.destinations()));
  }

  private List<Subnet> clients(Fields fields) {
    List<Subnet> subnets = new ArrayList<>();
    for (Node item : listed(fields, "clients")) {
      Node.Scalar text = fields.text("clients", item);
      Subnet subnet = text == null ? null : subnet("clients", text);
      // A slip in it is no reason to complain about the listeners as well.
      subnets.add(subnet == null ? Subnet.parse("127.0.0.1").orElseThrow() : subnet);
    }
    return subnets;
  }

  private @Nullable Path users(Fields fields) {
    Node.Scalar text = fields.optionalText("users");
    return text == null || ScalarReader.isWord(text, ScalarReader.OFF)
        ? null
        : scalars.path("users", text);
  }

  private PortSet ports(Fields fields, String key, PortSet usual) {
    if (!fields.has(key)) {
      return usual;
    }
    List<PortRange> ranges = new ArrayList<>();
    for (Node item : listed(fields, key)) {
      if (ScalarReader.isWord(item, ANY)) {
        ranges.addAll(PortSet.any().ranges());
        continue;
      }
      String text = item instanceof Node.Scalar scalar ? scalar.text() : "";
      switch (PortRange.parse(text)) {
        case Parsed.Value(PortRange range) -> ranges.add(range);
        case Parsed.Malformed(_) ->
            scalars.unexpected(item, key, ANY + ", 1..65535, or a range like 8000-8099");
      }
    }
    return new PortSet(ranges);
  }

  private DestinationPolicy destinations(Fields file, DestinationPolicy usual) {
    Fields fields = scalars.section(file, "destinations", DESTINATION_KEYS);
    if (fields == null) {
      return usual;
    }
    Addresses deny = new Addresses(usual.denyClasses(), usual.denySubnets());
    Addresses allow = new Addresses(usual.allowClasses(), usual.allowSubnets());
    if (fields.has("deny")) {
      deny = addresses(fields, "deny");
    }
    if (fields.has("allow")) {
      allow = addresses(fields, "allow");
    }
    return new DestinationPolicy(deny.classes(), deny.subnets(), allow.classes(), allow.subnets());
  }

  private record Addresses(Set<AddressClass> classes, List<Subnet> subnets) {}

  private Addresses addresses(Fields fields, String key) {
    Set<AddressClass> classes = EnumSet.noneOf(AddressClass.class);
    List<Subnet> subnets = new ArrayList<>();
    for (Node item : listed(fields, key)) {
      if (item instanceof Node.Scalar word && WORD.matcher(word.text()).matches()) {
        AddressClass named = addressClass(key, word);
        if (named != null) {
          classes.add(named);
        }
        continue;
      }
      Node.Scalar text = fields.text(key, item);
      Subnet subnet = text == null ? null : subnet(key, text);
      if (subnet != null) {
        subnets.add(subnet);
      }
    }
    return new Addresses(classes, subnets);
  }

  private @Nullable AddressClass addressClass(String key, Node.Scalar word) {
    for (AddressClass each : AddressClass.values()) {
      if (Fields.wordOf(each).equals(word.text())) {
        return each;
      }
    }
    String meant = Keys.closest(word.text(), CLASSES);
    String advice =
        meant == null
            ? "expected: " + String.join(", ", CLASSES) + ", or a subnet like 10.0.0.0/8"
            : "did you mean \"" + meant + "\"?";
    problems.add(word.at(), key + ": " + word.shown() + " (" + advice + ")");
    return null;
  }

  private @Nullable Subnet subnet(String key, Node.Scalar text) {
    return switch (Subnet.parse(text.text())) {
      case Parsed.Value(Subnet subnet) -> subnet;
      case Parsed.Malformed(String problem) -> {
        problems.add(text.at(), key + ": " + text.shown() + ": " + problem);
        yield null;
      }
    };
  }

  /** The values of a key, which may be none. */
  private static List<Node> listed(Fields fields, String key) {
    return fields.optional(key) instanceof Node.Sequence list ? list.items() : fields.values(key);
  }
}
