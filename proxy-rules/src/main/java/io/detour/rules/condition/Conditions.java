package io.detour.rules.condition;

import io.detour.core.Address;
import io.detour.core.Subnet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a rule is for, beside the host. Everything that is said must hold. Immutable.
 *
 * @param ports any of these, or empty for every port
 * @param clients any of these, or empty for every client
 * @param users any of these, or empty for every user and for nobody known
 * @param rollout the part of the clients
 */
public record Conditions(
    List<PortRange> ports, List<Subnet> clients, Set<String> users, Rollout rollout) {
  /** Every request. */
  public static final Conditions ANY =
      new Conditions(List.of(), List.of(), Set.of(), Rollout.EVERYBODY);

  public Conditions {
    ports = List.copyOf(ports);
    clients = List.copyOf(clients);
    users = Set.copyOf(users);
  }

  /**
   * What keeps a request out, or null. Allocates nothing.
   *
   * @param rule the name of the rule, which gives each rollout its own clients
   */
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

  /**
   * The part of the clients that a rule is for. A client stays in or out as long as rule and
   * percentage have the same name and value, in every process; a larger percentage only adds
   * clients. Of an IPv6 address the first 64 bits count, because a client changes the others by
   * itself from day to day (RFC 8981).
   *
   * @param percent 0 to 100
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

    /**
     * Whether a client is in. Those whose address is not known are in or out together.
     *
     * @param rule gives each rule other clients, so that not the same ones try everything first
     */
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
    EXPIRED
  }
}
