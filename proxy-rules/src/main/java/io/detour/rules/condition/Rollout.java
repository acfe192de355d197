package io.detour.rules.condition;

import io.detour.core.Address;
import org.jspecify.annotations.Nullable;

/**
 * The part of the clients that a rule is for. A client stays in or out as long as rule and
 * percentage have the same name and value, in every process; a larger percentage only adds clients.
 * Of an IPv6 address the first 64 bits count, because a client changes the others by itself from
 * day to day (RFC 8981).
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
