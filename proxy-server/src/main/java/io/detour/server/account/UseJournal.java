package io.detour.server.account;

import org.jspecify.annotations.Nullable;

/**
 * What the data path tells of each request for a legacy name: of those that a rule decided, and of
 * those in a legacy zone (a suffix or a network) that no rule is for. Any thread; no method waits.
 * The ledger is one, see {@code io.detour.ops.ledger}.
 *
 * <p>Uses are kept by group: a rule, or a legacy zone.
 */
public interface UseJournal {
  /**
   * Begins the group of a legacy zone; no name of a rule has a colon. Ledgers have it, from when
   * there were only suffixes.
   */
  String ZONE = "suffix:";

  /** The group of a request in a legacy zone that no rule matches. */
  static String groupOfZone(String zone) {
    return ZONE + zone;
  }

  /** The text of the legacy zone that a group is of, or null if it is a rule. */
  static @Nullable String zoneOf(String group) {
    return group.startsWith(ZONE) ? group.substring(ZONE.length()) : null;
  }

  /** Counts a request. */
  void used(Use use);

  /**
   * Counts bytes of a tunnel or request: at its end, and for a tunnel that is open for days also on
   * the way, with the bytes since the last time. The rest is as of its {@link Use}.
   */
  void relayed(String group, String host, String client, long upstreamBytes, long downstreamBytes);

  /**
   * One request.
   *
   * @param group the name of the rule that decided it, or {@link #groupOfZone}
   * @param host what was asked for, canonical and without a port
   * @param client where the request came from
   * @param user as whom, or null
   * @param userAgent with which program, as it says of itself, or null
   * @param target where it led, or null if nowhere
   * @param epochSecond when it was decided, in seconds since 1970
   */
  record Use(
      String group,
      String host,
      String client,
      @Nullable String user,
      @Nullable String userAgent,
      @Nullable String target,
      long epochSecond) {}
}
