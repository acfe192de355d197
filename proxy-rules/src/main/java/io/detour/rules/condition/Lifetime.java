package io.detour.rules.condition;

import org.jspecify.annotations.Nullable;

/**
 * When a rule holds.
 *
 * @param expiry its end, or null if it has none
 * @param brownout when it refuses what it matches, or null if never
 */
public record Lifetime(@Nullable Expiry expiry, @Nullable Brownout brownout) {
  /** Always. */
  public static final Lifetime ALWAYS = new Lifetime(null, null);

  /** Whether it never changes with time. */
  public boolean isAlways() {
    return expiry == null && brownout == null;
  }

  /** Whether the rule has expired and does this because of it. */
  public boolean has(OnExpiry then, long epochSecond) {
    return expiry != null && expiry.then() == then && expiry.isOver(epochSecond);
  }

  /** Whether the rule refuses what it matches at this time. */
  public boolean isBrownedOut(long epochSecond) {
    return brownout != null && epochSecond != Request.NO_TIME && brownout.isActive(epochSecond);
  }

  /** When the brownout that is on at this time is over; the time itself if none is. */
  public long brownoutEnd(long epochSecond) {
    return brownout == null ? epochSecond : brownout.end(epochSecond);
  }
}
