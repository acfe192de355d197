package io.detour.config;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ProxyProtocol;
import io.detour.server.accept.TlsFiles;
import io.detour.server.access.AccessOptions;
import io.detour.server.serve.Forward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads where clients are accepted. For one file. */
final class ListenerReader {
  private static final Keys LISTEN_KEYS =
      Keys.of("address", "proxy_protocol", "backlog", "reuse_port", "tls");
  private static final Keys TLS_KEYS = Keys.of("certificate", "key");
  private static final Keys FORWARD_KEYS = Keys.of("listen", "to", "rendezvous");
  private static final int MAX_BACKLOG = 65_535;
  private static final int SIDES = 2;

  private final ScalarReader scalars;
  private final Problems problems;
  private final AccessOptions access;

  /**
   * @param access of the same file
   */
  ListenerReader(ScalarReader scalars, Problems problems, AccessOptions access) {
    this.scalars = scalars;
    this.problems = problems;
    this.access = access;
  }

  /**
   * The listeners of {@code listen}. They may be none if there is a {@code forward}.
   *
   * @param usual what holds if the key is missing or all are wrong
   */
  List<ListenerOptions> clients(Fields file, List<ListenerOptions> usual) {
    if (file.optional("listen") instanceof Node.Sequence none
        && none.items().isEmpty()
        && file.optional("forward") instanceof Node.Sequence forwards
        && !forwards.items().isEmpty()) {
      return List.of();
    }
    List<ListenerOptions> listeners = new ArrayList<>();
    for (Node item : file.values("listen")) {
      ListenerOptions listener =
          item instanceof Node.Mapping ? longForm(item) : shortForm(file, item);
      if (listener != null) {
        listeners.add(listener);
      }
    }
    return listeners.isEmpty() ? usual : listeners;
  }

  private @Nullable ListenerOptions shortForm(Fields file, Node item) {
    Node.Scalar text = file.text("listen", item);
    ListenAddress address = text == null ? null : clientAddress("listen", text, ProxyProtocol.OFF);
    return address == null ? null : ListenerOptions.of(address);
  }

  private @Nullable ListenerOptions longForm(Node item) {
    Fields fields = Fields.of(item, "a listener", LISTEN_KEYS, problems);
    if (fields == null) {
      return null;
    }
    Node.Scalar text = fields.requiredText("address");
    ProxyProtocol read = fields.word("proxy_protocol", ProxyProtocol.class);
    ProxyProtocol protocol = read == null ? ProxyProtocol.OFF : read;
    ListenAddress address = text == null ? null : clientAddress("address", text, protocol);
    int backlog = scalars.count(fields, "backlog", 1, MAX_BACKLOG, ListenerOptions.USUAL_BACKLOG);
    boolean reusePort = scalars.flag(fields, "reuse_port", false);
    TlsFiles tls = tls(fields);
    if (reusePort && address instanceof ListenAddress.Unix) {
      problems.add(fields.at("reuse_port"), "\"reuse_port\" does not go with a UNIX socket");
    }
    return address == null ? null : new ListenerOptions(address, protocol, backlog, reusePort, tls);
  }

  private @Nullable TlsFiles tls(Fields listener) {
    Fields fields = scalars.section(listener, "tls", TLS_KEYS);
    if (fields == null) {
      return null;
    }
    Node.Scalar certificate = fields.requiredText("certificate");
    Node.Scalar key = fields.requiredText("key");
    Path certificatePath = certificate == null ? null : scalars.path("certificate", certificate);
    Path keyPath = key == null ? null : scalars.path("key", key);
    return certificatePath == null || keyPath == null
        ? null
        : new TlsFiles(certificatePath, keyPath);
  }

  /** The entries of {@code forward}. */
  List<Forward> forward(Fields file) {
    List<Forward> forwards = new ArrayList<>();
    for (Node item : file.items("forward")) {
      Fields fields = Fields.of(item, "a forward", FORWARD_KEYS, problems);
      Forward forward = fields == null ? null : forward(fields, item);
      if (forward != null) {
        forwards.add(forward);
      }
    }
    return forwards;
  }

  private @Nullable Forward forward(Fields fields, Node item) {
    if (!fields.has("rendezvous")) {
      Node.Scalar listen = fields.requiredText("listen");
      ListenAddress.Inet address = listen == null ? null : forwardAddress("listen", listen);
      HostPort target = target(fields.requiredText("to"));
      return address == null || target == null ? null : new Forward.Fixed(address, target);
    }
    for (String key : List.of("listen", "to")) {
      if (fields.has(key)) {
        problems.add(fields.at(key), "key \"" + key + "\" does not go with \"rendezvous\"");
      }
    }
    List<Node.Scalar> sides = fields.texts("rendezvous");
    if (sides.size() != SIDES) {
      problems.add(
          fields.at("rendezvous"),
          "\"rendezvous\" has "
              + (sides.size() == 1 ? "1 address" : sides.size() + " addresses")
              + " (expected: two)");
      return null;
    }
    ListenAddress.Inet first = forwardAddress("rendezvous", sides.getFirst());
    ListenAddress.Inet second = forwardAddress("rendezvous", sides.getLast());
    if (first == null || second == null) {
      return null;
    }
    if (first.equals(second) && first.port() != 0) {
      problems.add(item.at(), "\"rendezvous\" has the same address twice");
    }
    return new Forward.Rendezvous(first, second);
  }

  private @Nullable HostPort target(Node.@Nullable Scalar text) {
    if (text == null) {
      return null;
    }
    return switch (HostPort.parse(text.text())) {
      case Parsed.Value(HostPort target) -> target;
      case Parsed.Malformed(String problem) -> {
        problems.add(text.at(), "to: " + text.shown() + ": " + problem + " (expected: HOST:PORT)");
        yield null;
      }
    };
  }

  private @Nullable ListenAddress clientAddress(
      String key, Node.Scalar text, ProxyProtocol protocol) {
    ListenAddress address = read(key, text, ListenAddress::parse);
    if (address != null) {
      object(key, text, Exposure.objection(address, protocol, access));
    }
    return address;
  }

  private ListenAddress.@Nullable Inet forwardAddress(String key, Node.Scalar text) {
    ListenAddress.Inet address = address(key, text);
    if (address != null) {
      object(key, text, Exposure.objectionToForward(address, access));
    }
    return address;
  }

  private void object(String key, Node.Scalar text, @Nullable String objection) {
    if (objection != null) {
      problems.add(text.at(), key + ": " + text.shown() + ' ' + objection);
    }
  }

  /** A TCP port to listen on, or null if there is no text or it says none. */
  ListenAddress.@Nullable Inet address(String key, Node.@Nullable Scalar text) {
    return text == null ? null : read(key, text, ListenAddress.Inet::parse);
  }

  private <A extends ListenAddress> @Nullable A read(
      String key, Node.Scalar text, Function<String, A> parser) {
    try {
      return parser.apply(text.text());
    } catch (IllegalArgumentException e) {
      problems.add(text.at(), key + ": " + Printable.escaped(String.valueOf(e.getMessage())));
      return null;
    }
  }
}
