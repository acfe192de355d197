package io.detour.server.account;

import org.jspecify.annotations.Nullable;

/**
 * What the data path tells of each request that a rule decided. Any thread; no method waits. The
 * ledger is one, see {@code io.detour.ops.ledger}.
 */
public interface UseJournal {
  /** Counts a request. */
  void used(Use use);

  /**
   * Counts bytes of a tunnel or request: at its end, and for a tunnel that is open for days also on
   * the way, with the bytes since the last time. The rest is as of its {@link Use}.
   */
  void relayed(String rule, String host, String client, long upstreamBytes, long downstreamBytes);

  /**
   * One request.
   *
   * @param rule the name of the rule that decided it
   * @param host what was asked for, canonical and without a port
   * @param client where the request came from
   * @param user as whom, or null
   * @param userAgent with which program, as it says of itself, or null
   * @param target where it led, or null if nowhere
   * @param epochSecond when it was decided, in seconds since 1970
   */
  record Use(
      String rule,
      String host,
      String client,
      @Nullable String user,
      @Nullable String userAgent,
      @Nullable String target,
      long epochSecond) {}
}
