package io.detour.ops.explain;

import io.detour.rules.Rule;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Request;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a rule still holds.
 *
 * @param expiry its end
 * @param daysLeft whole days until its last day, 0 on that day, negative behind it
 */
record Term(Expiry expiry, long daysLeft) {
  /**
   * That of a rule at the time of a request, or null if the rule has no end or there is no time.
   */
  static @Nullable Term of(Rule rule, Request request, ZoneId zone) {
    Expiry expiry = rule.lifetime().expiry();
    if (expiry == null || request.epochSecond() == Request.NO_TIME) {
      return null;
    }
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochSecond(request.epochSecond()), zone);
    return new Term(expiry, ChronoUnit.DAYS.between(today, expiry.lastDay()));
  }

  /** {@code 2027-03-31, 130 days left; then it answers 403}. */
  String text() {
    return expiry.lastDay() + ", " + left() + "; " + (daysLeft < 0 ? "it " : "then it ") + end();
  }

  private String left() {
    if (daysLeft == 0) {
      return "today";
    }
    long days = Math.abs(daysLeft);
    return days + (days == 1 ? " day " : " days ") + (daysLeft > 0 ? "left" : "ago");
  }

  private String end() {
    return switch (expiry.then()) {
      case WARN -> "goes on (warn)";
      case DISABLE -> "matches nothing (disable)";
      case REJECT -> "answers 403 (reject)";
    };
  }
}
