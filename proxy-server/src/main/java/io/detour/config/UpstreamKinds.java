package io.detour.config;

import io.detour.config.ConfigurationReader.Entry;
import io.detour.config.ValueKind.Structure;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.Node;
import io.detour.rules.generate.PacOptions;
import io.detour.rules.generate.PacProxy;
import io.detour.server.dial.Parent;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How targets are resolved and reached, and how browsers reach Detour: {@code resolver}, {@code
 * parents} and {@code pac}.
 */
final class UpstreamKinds {
  static final ValueKind<List<InetSocketAddress>> SERVERS =
      new Structure<>(
          UpstreamKinds::servers,
          (section, key, servers) ->
              ConfigurationYaml.putAll(
                  section, key, servers.stream().map(NetUtil::toSocketAddressString).toList()));
  static final ValueKind<Map<Host, List<InetAddress>>> HOSTS =
      new Structure<>(UpstreamKinds::hosts, UpstreamKinds::writeHosts);

  /** No problem shows the address of a parent, since that may hold a password. */
  static final ValueKind<Map<String, Parent>> PARENTS =
      new Structure<>(UpstreamKinds::parents, UpstreamKinds::writeParents);

  static final ValueKind<List<PacProxy>> PAC_PROXIES =
      new Structure<>(UpstreamKinds::pacProxies, ConfigurationYaml::putAll);

  /** No proxy is {@code DIRECT}. */
  static final ValueKind<List<PacProxy>> PAC_OTHERWISE =
      new Structure<>(
          (entry, usual) -> {
            Node value = entry.value();
            return value != null && ValueKind.isWord(value, PacOptions.DIRECT)
                ? List.of()
                : pacProxies(entry, usual);
          },
          (section, key, proxies) -> {
            if (proxies.isEmpty()) {
              section.put(key, PacOptions.DIRECT);
            } else {
              ConfigurationYaml.putAll(section, key, proxies);
            }
          });

  /** Of DNS (RFC 1035 4.2). */
  private static final int DNS_PORT = 53;

  private static final Pattern PARENT_NAME = Pattern.compile("[a-z0-9-]{1,63}");

  private UpstreamKinds() {}

  private static List<PacProxy> pacProxies(Entry entry, List<PacProxy> usual) {
    if (entry.value() == null) {
      return usual;
    }
    return Entry.each(
        entry.list(),
        item -> {
          Node.Scalar text = entry.text(item);
          return text == null
              ? null
              : entry.parsed(
                  text, PacProxy.parse(text.text()), " (expected: " + PacProxy.EXPECTED + ")");
        });
  }

  private static List<InetSocketAddress> servers(Entry entry, List<InetSocketAddress> usual) {
    List<Node> items = entry.fields().items(entry.key());
    return items.isEmpty() ? usual : Entry.each(items, item -> server(entry, item));
  }

  private static @Nullable InetSocketAddress server(Entry entry, Node item) {
    Node.Scalar text = entry.text(item);
    if (text == null) {
      return null;
    }
    InetAddress address = address(text);
    if (address != null) {
      return new InetSocketAddress(address, DNS_PORT);
    }
    if (HostPort.parse(text.text()) instanceof Parsed.Value(HostPort server)
        && server.host().isAddress()) {
      return new InetSocketAddress(InetAddress.ofLiteral(server.host().name()), server.port());
    }
    entry.unexpected(text, "ADDRESS or ADDRESS:PORT, such as 10.0.0.53");
    return null;
  }

  private static @Nullable InetAddress address(Node node) {
    return node instanceof Node.Scalar scalar
            && Host.parse(scalar.text()) instanceof Parsed.Value(Host host)
            && host.isAddress()
        ? InetAddress.ofLiteral(host.name())
        : null;
  }

  private static Map<Host, List<InetAddress>> hosts(
      Entry entry, Map<Host, List<InetAddress>> usual) {
    Map<Host, List<InetAddress>> hosts = new LinkedHashMap<>(usual);
    switch (entry.value()) {
      case null -> {}
      case Node.Mapping mapping -> mapping.entries().forEach(host -> addHost(hosts, entry, host));
      case Node node ->
          entry.unexpected(node, "a mapping of names to an address or a list of them");
    }
    return Collections.unmodifiableMap(hosts);
  }

  private static void addHost(Map<Host, List<InetAddress>> hosts, Entry entry, Node.Entry item) {
    List<InetAddress> addresses = addresses(entry, item.value());
    Node name = new Node.Scalar(item.at(), Node.Type.TEXT, item.key());
    switch (Host.parse(item.key())) {
      case Parsed.Malformed(String problem) -> entry.problem(name, ": " + problem);
      case Parsed.Value(Host host) when host.isAddress() ->
          entry.problem(name, " is an address (expected: a name)");
      case Parsed.Value(Host host) -> {
        if (hosts.putIfAbsent(host, addresses) != null) {
          entry.problem(name, " is the same name as one before it");
        }
      }
    }
  }

  private static List<InetAddress> addresses(Entry entry, Node value) {
    List<Node> items = value instanceof Node.Sequence list ? list.items() : List.of(value);
    if (items.isEmpty()) {
      entry.unexpected(value, "at least one address");
    }
    return Entry.each(
        items,
        item -> {
          InetAddress address = address(item);
          if (address == null) {
            entry.unexpected(item, "an address, such as 10.0.0.5");
          }
          return address;
        });
  }

  private static void writeHosts(
      ObjectNode section, String key, Map<Host, List<InetAddress>> hosts) {
    ObjectNode names = section.putObject(key);
    hosts.forEach(
        (host, addresses) ->
            ConfigurationYaml.putAll(
                names, host.name(), addresses.stream().map(NetUtil::toAddressString).toList()));
  }

  private static Map<String, Parent> parents(Entry entry, Map<String, Parent> usual) {
    Map<String, Parent> parents = new LinkedHashMap<>(usual);
    switch (entry.value()) {
      case null -> {}
      case Node.Mapping mapping -> {
        for (Node.Entry item : mapping.entries()) {
          Parent parent = parent(entry, item);
          if (parent != null) {
            parents.put(item.key(), parent);
          }
        }
      }
      case Node node ->
          entry.problem(
              node.at(),
              "\"parents\" is " + node.kind() + " (expected: a mapping of names to addresses)");
    }
    return Collections.unmodifiableMap(parents);
  }

  private static @Nullable Parent parent(Entry entry, Node.Entry item) {
    // An address may stand where the name belongs.
    String name = item.key().indexOf('@') < 0 ? Printable.quoted(item.key()) : Parent.MASK;
    if (!PARENT_NAME.matcher(item.key()).matches()) {
      entry.problem(
          item.at(),
          "name of a parent: " + name + " (expected: 1 to 63 characters of a-z, 0-9 and -)");
    }
    String problem;
    if (item.value() instanceof Node.Scalar address && !address.text().isEmpty()) {
      switch (Parent.parse(address.text())) {
        case Parsed.Value(Parent parent) -> {
          return parent;
        }
        case Parsed.Malformed(String why) -> problem = why;
      }
    } else {
      problem = "it is " + item.value().kind();
    }
    entry.problem(
        item.value().at(), name + ": " + problem + " (expected: " + Parent.EXPECTED + ")");
    return null;
  }

  private static void writeParents(ObjectNode section, String key, Map<String, Parent> parents) {
    ObjectNode names = section.putObject(key);
    parents.forEach((name, parent) -> names.put(name, parent.toString()));
  }
}
