package io.detour.config;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.dial.Ipv6;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code resolver}. For one file. */
final class ResolverReader {
  private static final Keys KEYS = Keys.of("servers", "hosts", "search", "ipv6");

  /** Of DNS (RFC 1035 4.2). */
  private static final int DNS_PORT = 53;

  private final ScalarReader scalars;
  private final Problems problems;

  ResolverReader(ScalarReader scalars, Problems problems) {
    this.scalars = scalars;
    this.problems = problems;
  }

  /** What the file says, and the usual where it says nothing. */
  ResolverOptions resolver(Fields file, ResolverOptions usual) {
    Fields fields = scalars.section(file, "resolver", KEYS);
    if (fields == null) {
      return usual;
    }
    Ipv6 ipv6 = fields.word("ipv6", Ipv6.class);
    return new ResolverOptions(
        servers(fields),
        hosts(fields),
        scalars.flag(fields, "search", usual.search()),
        ipv6 == null ? usual.ipv6() : ipv6);
  }

  private List<InetSocketAddress> servers(Fields fields) {
    List<InetSocketAddress> servers = new ArrayList<>();
    for (Node item : fields.items("servers")) {
      Node.Scalar text = fields.text("servers", item);
      InetSocketAddress server = text == null ? null : server(text);
      if (server != null) {
        servers.add(server);
      }
    }
    return servers;
  }

  private @Nullable InetSocketAddress server(Node.Scalar text) {
    if (Host.parse(text.text()) instanceof Parsed.Value(Host host) && host.isAddress()) {
      return new InetSocketAddress(InetAddress.ofLiteral(host.name()), DNS_PORT);
    }
    if (HostPort.parse(text.text()) instanceof Parsed.Value(HostPort server)
        && server.host().isAddress()) {
      return new InetSocketAddress(InetAddress.ofLiteral(server.host().name()), server.port());
    }
    scalars.unexpected(text, "servers", "ADDRESS or ADDRESS:PORT, such as 10.0.0.53");
    return null;
  }

  private Map<Host, List<InetAddress>> hosts(Fields fields) {
    Map<Host, List<InetAddress>> hosts = new LinkedHashMap<>();
    switch (fields.optional("hosts")) {
      case null -> {}
      case Node.Mapping mapping -> mapping.entries().forEach(entry -> add(hosts, entry));
      case Node node ->
          scalars.unexpected(node, "hosts", "a mapping of names to an address or a list of them");
    }
    return hosts;
  }

  private void add(Map<Host, List<InetAddress>> hosts, Node.Entry entry) {
    List<InetAddress> addresses = addresses(entry);
    String shown = new Node.Scalar(entry.at(), Node.Type.TEXT, entry.key()).shown();
    switch (Host.parse(entry.key())) {
      case Parsed.Malformed(String problem) ->
          problems.add(entry.at(), "hosts: " + shown + ": " + problem);
      case Parsed.Value(Host host) when host.isAddress() ->
          problems.add(entry.at(), "hosts: " + shown + " is an address (expected: a name)");
      case Parsed.Value(Host host) -> {
        if (hosts.putIfAbsent(host, addresses) != null) {
          problems.add(entry.at(), "hosts: " + shown + " is the same name as one before it");
        }
      }
    }
  }

  private List<InetAddress> addresses(Node.Entry entry) {
    List<Node> values =
        entry.value() instanceof Node.Sequence list ? list.items() : List.of(entry.value());
    if (values.isEmpty()) {
      scalars.unexpected(entry.value(), "hosts", "at least one address");
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (Node value : values) {
      if (value instanceof Node.Scalar scalar
          && Host.parse(scalar.text()) instanceof Parsed.Value(Host host)
          && host.isAddress()) {
        addresses.add(InetAddress.ofLiteral(host.name()));
      } else {
        scalars.unexpected(value, "hosts", "an address, such as 10.0.0.5");
      }
    }
    return addresses;
  }
}
