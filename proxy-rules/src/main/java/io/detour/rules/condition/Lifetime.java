package io.detour.rules.condition;

import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** When a rule holds: to its end, if it has one, and refusing what it matches in brownouts. */
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

  /** A rule's last day, the epoch second at which it is over, and what then becomes of the rule. */
  public record Expiry(LocalDate lastDay, long endEpochSecond, OnExpiry then) {
    /** The end of a day in a time zone. */
    public static Expiry after(LocalDate lastDay, ZoneId zone, OnExpiry then) {
      return new Expiry(lastDay, lastDay.plusDays(1).atStartOfDay(zone).toEpochSecond(), then);
    }

    public boolean isOver(long epochSecond) {
      return epochSecond >= endEpochSecond;
    }
  }

  /** What becomes of a rule when its last day is over. */
  public enum OnExpiry {
    /** It goes on, and is reported. */
    WARN,
    /** It matches nothing any more. */
    DISABLE,
    /** It rejects what it matches. */
    REJECT
  }
}
