package io.detour.ops.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A time in which a rule was in force. Times are seconds since 1970.
 *
 * @param rule its name
 * @param start when it came into force
 * @param end when it went out of force, or null for as long as the run goes on
 */
record RuleSpan(String rule, long start, @Nullable Long end) {
  /** The part that is not before a time, or null if there is none. */
  @Nullable RuleSpan from(long epochSecond) {
    if (start >= epochSecond) {
      return this;
    }
    return end != null && end <= epochSecond ? null : new RuleSpan(rule, epochSecond, end);
  }
}
