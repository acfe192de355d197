package io.detour.server.config;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.rules.Printable;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads where clients are accepted. For one file. */
final class ListenerReader {
  private static final Keys FORWARD_KEYS = Keys.of("listen", "to", "rendezvous");
  private static final int SIDES = 2;

  private final Problems problems;

  ListenerReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * The addresses of {@code listen}. They may be none if there is a {@code forward}.
   *
   * @param usual what holds if the key is missing or all are wrong
   */
  List<ListenAddress> clients(Fields file, List<ListenAddress> usual) {
    if (file.optional("listen") instanceof Node.Sequence none
        && none.items().isEmpty()
        && file.optional("forward") instanceof Node.Sequence forwards
        && !forwards.items().isEmpty()) {
      return List.of();
    }
    List<ListenAddress> addresses = new ArrayList<>();
    for (Node item : file.values("listen")) {
      if (item instanceof Node.Mapping) {
        problems.add(item.at(), "a mapping in \"listen\" is not supported by this version");
        continue;
      }
      Node.Scalar text = file.text("listen", item);
      ListenAddress address = text == null ? null : clientAddress("listen", text);
      if (address != null) {
        addresses.add(address);
      }
    }
    return addresses.isEmpty() ? usual : addresses;
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
      ListenAddress.Inet address = listen == null ? null : tcpAddress("listen", listen);
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
    ListenAddress.Inet first = tcpAddress("rendezvous", sides.getFirst());
    ListenAddress.Inet second = tcpAddress("rendezvous", sides.getLast());
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
      case HostPort target -> target;
      case MalformedAuthority malformed -> {
        problems.add(
            text.at(),
            "to: " + text.shown() + ": " + malformed.problem() + " (expected: HOST:PORT)");
        yield null;
      }
    };
  }

  private @Nullable ListenAddress clientAddress(String key, Node.Scalar text) {
    return forClients(key, text, read(key, text, ListenAddress::parse));
  }

  private ListenAddress.@Nullable Inet tcpAddress(String key, Node.Scalar text) {
    return forClients(key, text, address(key, text));
  }

  private <A extends ListenAddress> @Nullable A forClients(
      String key, Node.Scalar text, @Nullable A address) {
    String refusal = address == null ? null : address.refusalForClients();
    if (refusal != null) {
      problems.add(text.at(), key + ": " + text.shown() + ' ' + refusal);
    }
    return address;
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
