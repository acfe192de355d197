package io.detour.rules.condition;

import io.detour.core.Address;
import io.detour.core.Printable;
import io.detour.core.Subnet;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a rule is for, beside the host. All of them must hold; an empty collection lets
 * every request through. Immutable.
 */
public record Conditions(
    List<PortRange> ports, List<Subnet> clients, Set<String> users, Rollout rollout) {
  /** Every request. */
  public static final Conditions ANY =
      new Conditions(List.of(), List.of(), Set.of(), Rollout.EVERYBODY);

  private static final List<PortRange> ALL_PORTS = List.of(new PortRange(1, 65535));

  public Conditions {
    ports = List.copyOf(ports);
    clients = List.copyOf(clients);
    users = Set.copyOf(users);
  }

  /** What keeps a request out, or null. Allocates nothing. */
  @Nullable
  public SkipReason obstacle(Request request, String rule) {
    if (!ports.isEmpty() && !hasPort(request.asked().port())) {
      return SkipReason.PORT;
    }
    if (!clients.isEmpty() && !hasClient(request.client())) {
      return SkipReason.CLIENT;
    }
    if (!users.isEmpty() && (request.user() == null || !users.contains(request.user()))) {
      return SkipReason.USER;
    }
    return rollout.includes(request.client(), rule) ? null : SkipReason.ROLLOUT;
  }

  private boolean hasPort(int port) {
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).contains(port)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasClient(@Nullable Address client) {
    if (client != null) {
      for (int i = 0; i < clients.size(); i++) {
        if (clients.get(i).contains(client)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether they let every request through. */
  public boolean admitAll() {
    return ports.isEmpty()
        && clients.isEmpty()
        && users.isEmpty()
        && rollout.percent() == Rollout.ALL;
  }

  /** Whether they let some request through. */
  public boolean admitSome() {
    return rollout.percent() > 0;
  }

  /** The one port that they ask for, or empty if there is none or more than one. */
  public OptionalInt onlyPort() {
    return ports.size() == 1 && ports.getFirst().first() == ports.getFirst().last()
        ? OptionalInt.of(ports.getFirst().first())
        : OptionalInt.empty();
  }

  /** Each as a phrase, for formats that cannot express it: {@code only for port 443}. */
  public List<String> phrases() {
    List<String> phrases = new ArrayList<>();
    addPhrase(phrases, "port", ports.stream());
    addPhrase(phrases, "clients in", clients.stream());
    addPhrase(phrases, "user", users.stream().sorted());
    if (rollout.percent() < Rollout.ALL) {
      phrases.add("only for " + rollout.percent() + " % of the clients");
    }
    return phrases;
  }

  private static void addPhrase(List<String> phrases, String what, Stream<?> entries) {
    String list = entries.map(Object::toString).collect(Collectors.joining(", "));
    if (!list.isEmpty()) {
      phrases.add("only for " + what + " " + list);
    }
  }

  /**
   * Whether they let through every request that others do. What follows only from several subnets
   * together is not seen.
   */
  public boolean include(Conditions narrow) {
    return rollout.percent() == Rollout.ALL
        && (ports.isEmpty() || coverPorts(narrow.ports.isEmpty() ? ALL_PORTS : narrow.ports))
        && (clients.isEmpty() || coverClients(narrow.clients))
        && (users.isEmpty() || (!narrow.users.isEmpty() && users.containsAll(narrow.users)));
  }

  private boolean coverPorts(List<PortRange> inner) {
    return inner.stream().allMatch(this::coverPorts);
  }

  /** Goes from the end of one range to the next that goes on there. */
  private boolean coverPorts(PortRange inner) {
    int next = inner.first();
    while (next <= inner.last()) {
      int port = next;
      int last =
          ports.stream()
              .filter(range -> range.contains(port))
              .mapToInt(PortRange::last)
              .max()
              .orElse(-1);
      if (last < 0) {
        return false;
      }
      next = last + 1;
    }
    return true;
  }

  private boolean coverClients(List<Subnet> inner) {
    return !inner.isEmpty()
        && inner.stream().allMatch(subnet -> clients.stream().anyMatch(o -> o.contains(subnet)));
  }

  /**
   * Whether one client may send a request that they let through, and one on another port that
   * others let through.
   *
   * @param port of the second request, or empty if it is that of the first
   */
  public boolean meet(OptionalInt port, Conditions others) {
    List<PortRange> from =
        port.isPresent() ? List.of(new PortRange(port.getAsInt(), port.getAsInt())) : ports;
    return others.admitSome()
        && meet(from, others.ports, (a, b) -> a.first() <= b.last() && b.first() <= a.last())
        && meet(clients, others.clients, (a, b) -> a.contains(b) || b.contains(a))
        && meet(users, others.users, String::equals);
  }

  /** An empty collection stands for everything. */
  private static <T> boolean meet(
      Collection<T> some, Collection<T> others, BiPredicate<T, T> overlap) {
    return some.isEmpty()
        || others.isEmpty()
        || some.stream().anyMatch(a -> others.stream().anyMatch(b -> overlap.test(a, b)));
  }

  /**
   * The part of the clients that a rule is for, in percent: by a hash of the rule's name and the
   * address, of IPv6 the first 64 bits (RFC 8981). A larger percentage only adds clients.
   */
  public record Rollout(int percent) {
    /** All of them. */
    public static final Rollout EVERYBODY = new Rollout(100);

    /** Every client, in percent. */
    public static final int ALL = 100;

    /**
     * @throws IllegalArgumentException if the percentage is none
     */
    public Rollout {
      if (percent < 0 || percent > ALL) {
        throw new IllegalArgumentException("percent: " + percent + " (expected: 0..100)");
      }
    }

    /** Whether a client is in. Those whose address is not known are in or out together. */
    boolean includes(@Nullable Address client, String rule) {
      return percent == ALL || share(client, rule) < percent;
    }

    /** A number from 0 to 99 that depends on client and rule alone. */
    private static int share(@Nullable Address client, String rule) {
      long hash = 0;
      for (int i = 0; i < rule.length(); i++) {
        hash = mixed(hash ^ rule.charAt(i));
      }
      if (client != null) {
        hash = mixed(hash ^ (client.isIpv4() ? client.low() : client.high()));
      }
      return (int) Long.remainderUnsigned(hash, ALL);
    }

    /** The finalizer of MurmurHash3: every bit of the result depends on every bit given. */
    private static long mixed(long word) {
      long mixed = (word ^ word >>> 33) * 0xff51afd7ed558ccdL;
      mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
      return mixed ^ mixed >>> 33;
    }
  }

  /** Why a rule leaves a request to the rules below it. */
  public enum SkipReason {
    /** No matcher matches the host. */
    HOST,
    PORT,
    CLIENT,
    USER,
    /** The client is not in the part of the rollout. */
    ROLLOUT,
    /** The rule's mode is off. */
    OFF,
    /** The rule has expired and is disabled by that. */
    EXPIRED;

    /** Entries of a list that a sentence names; a rule may have thousands. */
    private static final int MAX_NAMED = 3;

    /** {@code host}, {@code port} and so on. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Half a sentence about a rule: {@code host does not match exact erp.old.example.com}. */
    public String explain(
        List<HostMatcher> hosts, Conditions conditions, Lifetime lifetime, Request request) {
      return switch (this) {
        case HOST -> "host does not match " + some(hosts);
        case PORT -> "port " + request.asked().port() + " is not " + some(conditions.ports);
        case CLIENT -> client(request) + " is not in " + some(conditions.clients);
        case USER ->
            user(request)
                + " is not "
                + some(conditions.users.stream().sorted().map(Printable::quoted).toList());
        case ROLLOUT ->
            "%s is not in the rollout of %s %%"
                .formatted(client(request), conditions.rollout.percent());
        case OFF -> "mode is off";
        case EXPIRED -> {
          Lifetime.Expiry expiry = lifetime.expiry();
          yield expiry == null ? "expired" : "expired, its last day was " + expiry.lastDay();
        }
      };
    }

    private static String client(Request request) {
      return request.client() == null ? "an unknown client" : "client " + request.client();
    }

    private static String user(Request request) {
      return request.user() == null
          ? "an unknown user"
          : "user " + Printable.quoted(request.user());
    }

    private static String some(List<?> entries) {
      String named =
          entries.stream().limit(MAX_NAMED).map(Object::toString).collect(Collectors.joining(", "));
      int more = entries.size() - MAX_NAMED;
      return more > 0 ? named + " or " + more + " more" : named;
    }
  }
}
