package io.detour.config;

import io.detour.config.ConfigurationReader.Entry;
import io.detour.config.ValueKind.Structure;
import io.detour.core.AddressClass;
import io.detour.core.Parsed;
import io.detour.core.Subnet;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The lists of {@code access}. */
final class AccessKinds {
  static final ValueKind<List<Subnet>> CLIENTS =
      new Structure<>(AccessKinds::clients, ConfigurationYaml::putAll);
  static final ValueKind<PortSet> PORTS = new Structure<>(AccessKinds::ports, AccessKinds::write);
  static final ValueKind<DestinationPolicy> DESTINATIONS =
      new Structure<>(AccessKinds::destinations, AccessKinds::write);

  private static final String ANY = "any";

  private static final Keys DESTINATION_KEYS = Keys.of("deny", "allow");
  private static final List<String> CLASSES =
      Arrays.stream(AddressClass.values()).map(Fields::wordOf).toList();
  private static final Pattern WORD = Pattern.compile("[A-Za-z_]+");

  private AccessKinds() {}

  /** Half of a {@link DestinationPolicy}. */
  private record Addresses(Set<AddressClass> classes, List<Subnet> subnets) {}

  private static List<Subnet> clients(Entry entry, List<Subnet> usual) {
    if (entry.value() == null) {
      return usual;
    }
    List<Subnet> subnets = new ArrayList<>();
    for (Node item : entry.list()) {
      Subnet subnet = subnet(entry, item);
      // A slip in it is no reason to complain about the listeners as well.
      subnets.add(subnet == null ? Subnet.parse("127.0.0.1").orElseThrow() : subnet);
    }
    return List.copyOf(subnets);
  }

  private static PortSet ports(Entry entry, PortSet usual) {
    if (entry.value() == null) {
      return usual;
    }
    List<PortRange> ranges = new ArrayList<>();
    for (Node item : entry.list()) {
      if (ValueKind.isWord(item, ANY)) {
        ranges.addAll(PortSet.any().ranges());
        continue;
      }
      String text = item instanceof Node.Scalar scalar ? scalar.text() : "";
      switch (PortRange.parse(text)) {
        case Parsed.Value(PortRange range) -> ranges.add(range);
        case Parsed.Malformed(_) ->
            entry.unexpected(item, ANY + ", 1..65535, or a range like 8000-8099");
      }
    }
    return new PortSet(ranges);
  }

  private static void write(ObjectNode section, String key, PortSet ports) {
    if (ports.isAny()) {
      section.put(key, ANY);
      return;
    }
    ArrayNode list = section.putArray(key);
    for (PortRange range : ports.ranges()) {
      list.add(range.first() == range.last() ? "" + range.first() : range.toString());
    }
  }

  private static DestinationPolicy destinations(Entry entry, DestinationPolicy usual) {
    Fields fields = entry.section(DESTINATION_KEYS);
    if (fields == null) {
      return usual;
    }
    Addresses deny =
        addresses(
            entry.in(fields, "deny"), new Addresses(usual.denyClasses(), usual.denySubnets()));
    Addresses allow =
        addresses(
            entry.in(fields, "allow"), new Addresses(usual.allowClasses(), usual.allowSubnets()));
    return new DestinationPolicy(deny.classes, deny.subnets, allow.classes, allow.subnets);
  }

  private static Addresses addresses(Entry entry, Addresses usual) {
    if (entry.value() == null) {
      return usual;
    }
    Set<AddressClass> classes = EnumSet.noneOf(AddressClass.class);
    List<Subnet> subnets = new ArrayList<>();
    for (Node item : entry.list()) {
      if (item instanceof Node.Scalar word && WORD.matcher(word.text()).matches()) {
        AddressClass named = addressClass(entry, word);
        if (named != null) {
          classes.add(named);
        }
        continue;
      }
      Subnet subnet = subnet(entry, item);
      if (subnet != null) {
        subnets.add(subnet);
      }
    }
    return new Addresses(classes, subnets);
  }

  private static void write(ObjectNode section, String key, DestinationPolicy policy) {
    ObjectNode destinations = section.putObject(key);
    write(destinations.putArray("deny"), policy.denyClasses(), policy.denySubnets());
    write(destinations.putArray("allow"), policy.allowClasses(), policy.allowSubnets());
  }

  private static void write(ArrayNode list, Set<AddressClass> classes, List<Subnet> subnets) {
    classes.stream().sorted().forEach(each -> list.add(Fields.wordOf(each)));
    subnets.forEach(subnet -> list.add(subnet.toString()));
  }

  private static @Nullable AddressClass addressClass(Entry entry, Node.Scalar word) {
    for (AddressClass each : AddressClass.values()) {
      if (Fields.wordOf(each).equals(word.text())) {
        return each;
      }
    }
    String meant = Keys.closest(word.text(), CLASSES);
    if (meant == null) {
      entry.unexpected(word, String.join(", ", CLASSES) + ", or a subnet like 10.0.0.0/8");
    } else {
      entry.problem(word, " (did you mean \"" + meant + "\"?)");
    }
    return null;
  }

  private static @Nullable Subnet subnet(Entry entry, Node item) {
    Node.Scalar text = entry.text(item);
    return text == null ? null : entry.parsed(text, Subnet.parse(text.text()), "");
  }
}
