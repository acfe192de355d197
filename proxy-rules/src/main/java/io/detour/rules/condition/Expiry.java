package io.detour.rules.condition;

import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The end of a rule.
 *
 * @param lastDay the last day on which it holds
 * @param endEpochSecond when that day is over, in seconds since 1970-01-01T00:00Z
 * @param then what becomes of the rule
 */
public record Expiry(LocalDate lastDay, long endEpochSecond, OnExpiry then) {
  /** The end of a day in a time zone. */
  public static Expiry after(LocalDate lastDay, ZoneId zone, OnExpiry then) {
    return new Expiry(lastDay, lastDay.plusDays(1).atStartOfDay(zone).toEpochSecond(), then);
  }

  /** Whether the last day is over. */
  public boolean isOver(long epochSecond) {
    return epochSecond >= endEpochSecond;
  }
}
