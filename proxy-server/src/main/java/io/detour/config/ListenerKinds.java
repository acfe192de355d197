package io.detour.config;

import io.detour.config.ConfigurationReader.Entry;
import io.detour.config.ValueKind.Structure;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Printable;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ListenerOptions.TlsFiles;
import io.detour.server.serve.Forward;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where clients are accepted: {@code listen}, {@code forward} and {@code admin}. */
final class ListenerKinds {
  static final ValueKind<List<ListenerOptions>> CLIENTS =
      new Structure<>(ListenerKinds::clients, ListenerKinds::writeClients);
  static final ValueKind<List<Forward>> FORWARDS =
      new Structure<>(ListenerKinds::forwards, ListenerKinds::writeForwards);
  static final ValueKind<ListenAddress.Inet> ADMIN =
      new Structure<>(
          ListenerKinds::admin, (section, key, address) -> section.put(key, address.toString()));
  static final ValueKind<Set<Host>> HOSTS =
      new Structure<>(ListenerKinds::hosts, ConfigurationYaml::putAll);

  private static final Keys LISTEN_KEYS =
      Keys.of("address", "proxy_protocol", "backlog", "reuse_port", "tls");
  private static final Keys TLS_KEYS = Keys.of("certificate", "key");
  private static final Keys FORWARD_KEYS = Keys.of("listen", "to", "rendezvous");
  private static final ValueKind<Integer> BACKLOG = ValueKind.count(1, 65_535);
  private static final ValueKind<ProxyProtocol> PROXY_PROTOCOL =
      new ValueKind.Words<>(ProxyProtocol.class, "protocol");
  private static final int SIDES = 2;

  private ListenerKinds() {}

  /** They may be none if there is a {@code forward}. */
  private static List<ListenerOptions> clients(Entry entry, List<ListenerOptions> usual) {
    if (entry.value() instanceof Node.Sequence none
        && none.items().isEmpty()
        && entry.in(entry.fields(), "forward").value() instanceof Node.Sequence forwards
        && !forwards.items().isEmpty()) {
      return List.of();
    }
    List<ListenerOptions> listeners =
        Entry.each(
            entry.fields().values(entry.key()),
            item -> item instanceof Node.Mapping ? longForm(entry, item) : shortForm(entry, item));
    return listeners.isEmpty() ? usual : listeners;
  }

  private static @Nullable ListenerOptions shortForm(Entry entry, Node item) {
    ListenAddress address = clientAddress(entry, entry.text(item), ProxyProtocol.OFF);
    return address == null ? null : ListenerOptions.of(address);
  }

  private static @Nullable ListenerOptions longForm(Entry entry, Node item) {
    Fields fields = entry.mapping(item, "a listener", LISTEN_KEYS);
    if (fields == null) {
      return null;
    }
    Node.Scalar text = fields.requiredText("address");
    ProxyProtocol protocol =
        PROXY_PROTOCOL.read(entry.in(fields, "proxy_protocol"), ProxyProtocol.OFF);
    ListenAddress address = clientAddress(entry.in(fields, "address"), text, protocol);
    int backlog = BACKLOG.read(entry.in(fields, "backlog"), ListenerOptions.DEFAULT_BACKLOG);
    boolean reusePort = new ValueKind.Flag().read(entry.in(fields, "reuse_port"), false);
    TlsFiles tls = tls(entry.in(fields, "tls"));
    if (reusePort && address instanceof ListenAddress.Unix) {
      entry.problem(fields.at("reuse_port"), "\"reuse_port\" does not go with a UNIX socket");
    }
    return address == null ? null : new ListenerOptions(address, protocol, backlog, reusePort, tls);
  }

  private static @Nullable TlsFiles tls(Entry entry) {
    Fields fields = entry.section(TLS_KEYS);
    if (fields == null) {
      return null;
    }
    Path certificate = requiredPath(entry.in(fields, "certificate"));
    Path key = requiredPath(entry.in(fields, "key"));
    return certificate == null || key == null ? null : new TlsFiles(certificate, key);
  }

  private static @Nullable Path requiredPath(Entry entry) {
    Node.Scalar text = entry.fields().requiredText(entry.key());
    return text == null ? null : entry.path(text);
  }

  private static void writeClients(
      ObjectNode section, String key, List<ListenerOptions> listeners) {
    ArrayNode list = section.putArray(key);
    for (ListenerOptions listener : listeners) {
      // An address alone says the same as one with the defaults.
      if (listener.equals(ListenerOptions.of(listener.address()))) {
        list.add(listener.address().toString());
      } else {
        write(list.addObject(), listener);
      }
    }
  }

  private static void write(ObjectNode entry, ListenerOptions listener) {
    entry.put("address", listener.address().toString());
    entry.put("proxy_protocol", Fields.wordOf(listener.proxyProtocol()));
    entry.put("backlog", listener.backlog());
    entry.put("reuse_port", listener.reusePort());
    TlsFiles tls = listener.tls();
    if (tls != null) {
      entry
          .putObject("tls")
          .put("certificate", PathKinds.absolute(tls.certificate()))
          .put("key", PathKinds.absolute(tls.key()));
    }
  }

  private static List<Forward> forwards(Entry entry, List<Forward> usual) {
    List<Node> items = entry.fields().items(entry.key());
    return items.isEmpty() ? usual : Entry.each(items, item -> forward(entry, item));
  }

  private static @Nullable Forward forward(Entry entry, Node item) {
    Fields fields = entry.mapping(item, "a forward", FORWARD_KEYS);
    if (fields == null) {
      return null;
    }
    return fields.has("rendezvous")
        ? rendezvous(entry.in(fields, "rendezvous"))
        : fixed(entry.in(fields, "listen"), entry.in(fields, "to"));
  }

  private static @Nullable Forward fixed(Entry listen, Entry to) {
    ListenAddress.Inet address = forwardAddress(listen, listen.fields().requiredText(listen.key()));
    HostPort target = target(to);
    return address == null || target == null ? null : new Forward.Fixed(address, target);
  }

  private static @Nullable Forward rendezvous(Entry entry) {
    Fields fields = entry.fields();
    for (String key : List.of("listen", "to")) {
      if (fields.has(key)) {
        entry.problem(fields.at(key), "key \"" + key + "\" does not go with \"rendezvous\"");
      }
    }
    List<Node.Scalar> sides = fields.texts(entry.key());
    if (sides.size() != SIDES) {
      entry.problem(
          fields.at(entry.key()),
          "\"rendezvous\" has "
              + (sides.size() == 1 ? "1 address" : sides.size() + " addresses")
              + " (expected: two)");
      return null;
    }
    ListenAddress.Inet first = forwardAddress(entry, sides.getFirst());
    ListenAddress.Inet second = forwardAddress(entry, sides.getLast());
    if (first == null || second == null) {
      return null;
    }
    if (first.equals(second) && first.port() != 0) {
      entry.problem(fields.at(), "\"rendezvous\" has the same address twice");
    }
    return new Forward.Rendezvous(first, second);
  }

  private static @Nullable HostPort target(Entry entry) {
    Node.Scalar text = entry.fields().requiredText(entry.key());
    return text == null
        ? null
        : entry.parsed(text, HostPort.parse(text.text()), " (expected: HOST:PORT)");
  }

  private static void writeForwards(ObjectNode section, String key, List<Forward> forwards) {
    ArrayNode list = section.putArray(key);
    for (Forward forward : forwards) {
      ObjectNode entry = list.addObject();
      switch (forward) {
        case Forward.Fixed fixed ->
            entry.put("listen", fixed.listen().toString()).put("to", fixed.target().toString());
        case Forward.Rendezvous rendezvous ->
            entry
                .putArray("rendezvous")
                .add(rendezvous.first().toString())
                .add(rendezvous.second().toString());
      }
    }
  }

  private static ListenAddress.Inet admin(Entry entry, ListenAddress.Inet usual) {
    ListenAddress.Inet address = address(entry, entry.text(), ListenAddress.Inet::parse);
    return address == null ? usual : address;
  }

  private static Set<Host> hosts(Entry entry, Set<Host> usual) {
    Set<Host> hosts = new LinkedHashSet<>(usual);
    hosts.addAll(Entry.each(entry.fields().items(entry.key()), item -> host(entry, item)));
    return Collections.unmodifiableSet(hosts);
  }

  private static @Nullable Host host(Entry entry, Node item) {
    Node.Scalar text = entry.text(item);
    return text == null
        ? null
        : entry.parsed(text, Host.parse(text.text()), " (expected: a name without a port)");
  }

  private static @Nullable ListenAddress clientAddress(
      Entry entry, Node.@Nullable Scalar text, ProxyProtocol protocol) {
    ListenAddress address = address(entry, text, ListenAddress::parse);
    if (text != null && address != null) {
      object(entry, text, Exposure.objection(address, protocol, entry.access()));
    }
    return address;
  }

  private static ListenAddress.@Nullable Inet forwardAddress(
      Entry entry, Node.@Nullable Scalar text) {
    ListenAddress.Inet address = address(entry, text, ListenAddress.Inet::parse);
    if (text != null && address != null) {
      object(entry, text, Exposure.objectionToForward(address, entry.access()));
    }
    return address;
  }

  private static void object(Entry entry, Node.Scalar text, @Nullable String objection) {
    if (objection != null) {
      entry.problem(text, ' ' + objection);
    }
  }

  private static <A extends ListenAddress> @Nullable A address(
      Entry entry, Node.@Nullable Scalar text, Function<String, A> parser) {
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text.text());
    } catch (IllegalArgumentException e) {
      entry.problem(
          text.at(), entry.key() + ": " + Printable.escaped(String.valueOf(e.getMessage())));
      return null;
    }
  }
}
